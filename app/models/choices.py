"""The closed lists: every value a field can have, with its name in Chinese and English."""

from app.formats.column import Choice


class Copy(Choice):
    """How the document that was read relates to what the issuer published."""

    ORIGINAL = "original", "原件", "as published by the issuer"
    OFFICIAL_COPY = "official_copy", "官方副本", "a copy on another official site"
    THIRD_PARTY = "third_party", "第三方副本", "a copy published by someone else"


class Relation(Choice):
    """How another document relates to the one that was read."""

    LIKELY_ORIGINAL = "likely-original", "很可能是原件", "probably the published original"
    ORIGINAL = "original", "原件", "the published original"
    OTHER_COPY = "other-copy", "另一副本", "another copy of the same document"


class BodyKind(Choice):
    """What sort of body or class of actors it is."""

    GOVERNMENT = "government", "政府部门", "government"
    PARTY = "party", "党组织", "party organisation"
    SCHOOLS = "schools", "学校", "schools"
    UNIVERSITIES = "universities", "高等院校", "universities and colleges"
    ENTERPRISES = "enterprises", "企业", "enterprises"
    RESEARCH = "research", "研究机构", "research and assessment institutions"
    INTERNATIONAL = "international", "国际机构", "international organisations"
    ASSOCIATION = "association", "协会、联盟与委员会", "associations, alliances and committees"
    FACILITY = "facility", "中心与基地", "centres, bases and other facilities"
    REGION = "region", "地区", "places as partners"
    OTHER = "other", "其他", "other"


class BodyLevel(Choice):
    """The administrative level of a body."""

    NATIONAL = "national", "国家级", "national"
    PROVINCIAL = "provincial", "省级", "provincial"
    CITY = "city", "市级", "city"
    COUNTY = "county", "县（区）级", "county or district"
    TOWNSHIP = "township", "乡镇（街道）级", "township"
    INTERNATIONAL = "international", "国际", "international"


class Role(Choice):
    """What part a body takes in a task."""

    ISSUER = "issuer", "发文", "issuer"
    LEAD = "lead", "牵头", "lead"
    RESPONSIBLE = "responsible", "责任", "responsible"
    COOPERATING = "cooperating", "配合", "cooperating"
    IMPLEMENTER = "implementer", "实施", "implementer"
    PARTICIPANT = "participant", "参与", "participant"
    PARTNER = "partner", "合作方", "partner"
    BENEFICIARY = "beneficiary", "受益方", "beneficiary"
    TO_BE_ESTABLISHED = "to_be_established", "拟设立", "to be established"
    MENTIONED = "mentioned", "提及", "mentioned"


class IndicatorKind(Choice):
    """Whether an indicator measures an effect or something that is made or done."""

    OUTCOME = "outcome", "结果", "outcome"
    OUTPUT = "output", "产出", "output"


class Measure(Choice):
    """What sort of quantity an indicator is."""

    STOCK = "stock", "存量", "stock: how many there are at a moment"
    FLOW = "flow", "流量", "flow: how many in a period"
    INCREMENT = "increment", "增量", "increment: how many more"
    SHARE = "share", "占比", "share of a whole"
    RANK = "rank", "排名", "place in a ranking"


class Direction(Choice):
    """Which way an indicator should move."""

    INCREASE = "increase", "越高越好", "higher is better"
    DECREASE = "decrease", "越低越好", "lower is better"


class ValueStatus(Choice):
    """What the text says of a promised figure."""

    STATED = "stated", "原文写明", "stated"
    IMPLIED = "implied", "由文意得出", "implied"
    REDACTED = "redacted", "原文隐去", "redacted"
    UNQUANTIFIED = "unquantified", "未给数字", "unquantified"


class MetIf(Choice):
    """The comparison by which a result is judged."""

    AT_LEAST = "at_least", "不低于", "at least"
    AT_MOST = "at_most", "不高于", "at most"
    EQUAL = "equal", "等于", "equal"
    BETWEEN = "between", "介于", "between"
    INCREASE_BY = "increase_by", "增加", "increase by"
    DECREASE_BY = "decrease_by", "减少", "decrease by"


class Commitment(Choice):
    """How firmly the text promises."""

    FIRM = "firm", "明确承诺", "firm"
    STRIVE = "strive", "力争", "strive"


class CommitmentBasis(Choice):
    """Where the word that weakens the promise stands."""

    STATED = "stated", "本项写明", "stated for this item"
    CARRIED_OVER = "carried_over", "承前项", "carried over from an earlier item of the list"


class DueBasis(Choice):
    """Where the due date comes from."""

    STATED = "stated", "原文写明", "stated"
    PLAN_PERIOD = "plan_period", "按计划年度", "end of the plan's period"


class Attainment(Choice):
    """What became of a promise, as far as this release knows."""

    MET = "met", "已达到", "met"
    NOT_MET = "not_met", "未达到", "not met"
    INTERIM = "interim", "只有期中数", "interim results only"
    NO_RESULT = "no_result", "本服务未收录结果", "no result recorded here"
    NOT_ASSESSABLE = "not_assessable", "无法判断", "cannot be judged"


class AttainmentReason(Choice):
    """Why an attainment cannot be judged."""

    REDACTED = "redacted", "数字在原文中被隐去", "the number is masked in the source"
    UNQUANTIFIED = "unquantified", "原文未给数字", "the source gives no number"
    READINGS_DIFFER = "readings_differ", "两种读法结论不同", "two readings disagree"
    SOURCES_DIFFER = "sources_differ", "来源之间不一致", "sources disagree"
    NO_BASELINE = "no_baseline", "原文未给基数", "the source gives no baseline"
    PROVISIONAL = "provisional", "未达到的仅为初步数或估算", "only unconfirmed figures fall short"


class ObservationStatus(Choice):
    """What sort of result it is."""

    MEASURED = "measured", "实测", "measured"
    PROVISIONAL = "provisional", "初步数", "provisional"
    ESTIMATED = "estimated", "估算", "estimated"
    REDACTED = "redacted", "原文隐去", "redacted"


class Outcome(Choice):
    """What became of a document that was to be issued."""

    ISSUED = "issued", "已印发", "issued"
    ISSUED_OTHERWISE = "issued_otherwise", "以其他形式印发", "issued in another form"
    NOT_ISSUED = "not_issued", "未印发", "not issued"
    NO_RESULT = "no_result", "本服务未收录结果", "no result recorded here"


class ErratumKind(Choice):
    """How a place in the print is damaged."""

    LOST_DASH = "lost_dash", "连接号丢失", "a dash was lost"
    WRONG_DASH = "wrong_dash", "破折号变字", "a dash was printed as a character"
    WRONG_CHARACTER = "wrong_character", "错字", "a wrong character"
    WRONG_QUOTATION_MARK = "wrong_quotation_mark", "引号有误", "a wrong quotation mark"
    LOST_PUNCTUATION = "lost_punctuation", "标点丢失", "punctuation was lost"
    LOST_WORDS = "lost_words", "脱字", "words were lost"
    LOST_LINE_BREAK = "lost_line_break", "换行丢失", "a line break was lost"
    CONVERTED_MASK = "converted_mask", "掩码被误转", "a mask was turned into other characters"
    MASKED_NUMBER = "masked_number", "数字被隐去", "a number is masked"
    MASKED_NAME = "masked_name", "名称被隐去", "a name other than the city's is masked"
    TRUNCATED = "truncated", "文本中断", "the text breaks off"


class Certainty(Choice):
    """How sure the reading of a damaged place is."""

    CERTAIN = "certain", "确定", "certain"
    NEAR_CERTAIN = "near_certain", "几乎确定", "near certain"
    LIKELY = "likely", "很可能", "likely"
    POSSIBLE = "possible", "可能", "possible"
    UNKNOWN = "unknown", "未知", "unknown"


class Cause(Choice):
    """Why a release was made."""

    FIRST_PUBLICATION = "first_publication", "首次发布", "first publication"
    NEW_PLAN = "new_plan", "新计划", "a new plan"
    NEW_DATA = "new_data", "新数据", "new data"
    REVISION = "revision", "来源修订", "the source replaced a provisional figure"
    ISSUER_CHANGE = "issuer_change", "发文单位更改", "the issuer changed its plan"
    BETTER_SOURCE = "better_source", "更好的底本", "a better copy of the same plan"
    CORRECTION = "correction", "我方更正", "our mistake, corrected"
    RETRACTION = "retraction", "撤回", "withdrawn"
    EDITORIAL = "editorial", "文字编辑", "wording only"


class Action(Choice):
    """What a release did to a row."""

    ADDED = "added", "新增", "added"
    CHANGED = "changed", "更改", "changed"
    REMOVED = "removed", "移除", "removed"
    BLANKED = "blanked", "依法删除内容", "content removed from all releases by force of law"


class Series(Choice):
    """What a figure in a time line is."""

    TARGET = "target", "目标", "a promise"
    ACTUAL = "actual", "实绩", "a result"


class Vintages(Choice):
    """Which versions of figures a time line shows."""

    CURRENT = "current", "现行", "those that hold now"
    ALL = "all", "全部", "also those that were replaced or withdrawn"


class Unit(Choice):
    """What a figure counts; amounts of money are in the base unit."""

    PERCENT = "percent", "%", "%"
    SCHOOL = "school", "所", "schools"
    KINDERGARTEN = "kindergarten", "所", "kindergartens"
    PLACE = "place", "个", "places"
    COUNTY = "county", "个", "counties and districts"
    PARTY_BRANCH = "party_branch", "个", "party branches"
    WORKSTATION = "workstation", "个", "workstations"
    BASE = "base", "个", "bases"
    COLLEGE = "college", "个", "colleges"
    COMMUNITY = "community", "个", "communities"
    TEAM = "team", "个", "teams"
    MAJOR = "major", "个", "majors"
    TRAINEE = "trainee", "人次", "trainee attendances"
    PERSON = "person", "人", "people"
    CNY = "cny", "元", "yuan"
    RANK = "rank", "位", "place in the ranking"


class Compared(Choice):
    """What two plans are compared by."""

    TASKS = "tasks", "任务", "tasks"
    TARGETS = "targets", "目标", "targets"


class Continuity(Choice):
    """What became of a part of one plan in another."""

    KEPT = "kept", "沿用", "kept"
    CHANGED = "changed", "更改", "changed"
    ADDED = "added", "新增", "added"
    DROPPED = "dropped", "不再出现", "dropped"


class Ambition(Choice):
    """Whether the later of two promises on an indicator asks for more."""

    MORE = "more", "提高", "more"
    LESS = "less", "降低", "less"
    SAME = "same", "不变", "the same"
    UNCLEAR = "unclear", "无法比较", "cannot be told"


class AmbitionReason(Choice):
    """Why it cannot be told which of two promises asks for more."""

    NOT_QUANTIFIED = "not_quantified", "至少一方没有数字", "at least one has no number"
    COMPARATORS_DIFFER = (
        "comparators_differ",
        "达到条件不可比",
        "the conditions by which they are judged cannot be compared",
    )
    AGAINST_DIRECTION = (
        "against_direction",
        "限值与期望方向相反",
        "they set a limit against the desired direction",
    )
    BASELINES_DIFFER = "baselines_differ", "基数不同", "they start from different baselines"
    VALUE_AND_COMMITMENT_DIFFER = (
        "value_and_commitment_differ",
        "数值与承诺程度变化方向相反",
        "figure and firmness point in opposite directions",
    )
    READINGS_DIFFER = "readings_differ", "不同读法结论不同", "readings disagree"
