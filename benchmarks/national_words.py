"""The vocabulary of the national case: what an education bureau speaks of, in both languages.

All of it is invented, or so common that it belongs to nobody. Places and programmes are put
together from rare characters, so that none of them is a real one and a search for one finds few
rows.
"""

import re
from dataclasses import dataclass

from app.models.choices import BodyKind, Direction, IndicatorKind, Measure, Unit

QUOTED_OBJECT = 6
"""Characters that an object may have, so that a promise on it fits into a quote."""


@dataclass(frozen=True)
class Thing:
    """What a promise can be about."""

    slug: str
    zh: str
    en: str
    unit: Unit


@dataclass(frozen=True)
class Topic:
    """What a task can be about."""

    slug: str
    zh: str
    en: str
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Chapter:
    """An area: how often its topics stand in a plan, and which ones there are."""

    zh: str
    en: str
    tasks: int
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Scale:
    """A way to measure a thing: names, what is promised, and between which figures."""

    slug: str
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str
    promise_zh: str
    kind: IndicatorKind
    measure: Measure
    direction: Direction
    low: int
    high: int
    step: float
    """Growth from year to year: percentage points or places, else a part of the figure."""
    unit: Unit | None = None
    """None where it is that of the thing."""


@dataclass(frozen=True)
class Source:
    """Where results are published, and how long after the first day of the plan."""

    name: str
    title_zh: str
    years: int
    days: int
    half: bool = False
    """Whether it speaks of the first half of the year only."""


def _topic(slug: str, zh: str, en: str, *things: tuple[str, str, str, Unit]) -> Topic:
    return Topic(slug, zh, en, tuple(Thing(*thing) for thing in things))


CHAPTERS = (
    Chapter(
        "党建引领",
        "the guiding role of the Party",
        3,
        (
            _topic(
                "party-building", "学校党建", "Party building in schools",
                ("model-branches", "示范党支部", "model Party branches", Unit.PARTY_BRANCH),
                ("standard-branches", "标准化支部", "Party branches up to standard",
                 Unit.PARTY_BRANCH),
                ("party-brands", "党建品牌", "Party-building brands", Unit.PLACE),
            ),
            _topic(
                "ideology-courses", "思想政治教育", "ideological and political education",
                ("ideology-lessons", "思政精品课", "model lessons in ideology", Unit.PLACE),
                ("ideology-bases", "思政实践基地", "bases for practice in ideology", Unit.BASE),
                ("ideology-teams", "思政教学团队", "teaching teams for ideology", Unit.TEAM),
            ),
            _topic(
                "clean-schools", "清廉学校建设", "the building of clean schools",
                ("clean-schools", "清廉学校", "clean schools", Unit.SCHOOL),
                ("integrity-bases", "廉洁教育基地", "bases for education in integrity", Unit.BASE),
                ("integrity-courses", "廉洁课程", "courses in integrity", Unit.PLACE),
            ),
            _topic(
                "publicity", "教育宣传", "public communication on education",
                ("media-stations", "融媒体工作站", "media workstations", Unit.WORKSTATION),
                ("story-teams", "宣讲队伍", "teams of speakers", Unit.TEAM),
                ("open-days", "校园开放日", "school open days", Unit.PLACE),
            ),
            _topic(
                "youth-work", "共青团和少先队工作", "work of the Youth League and Young Pioneers",
                ("pioneer-schools", "红领巾学校", "Young Pioneer schools", Unit.SCHOOL),
                ("youth-bases", "青少年基地", "bases for young people", Unit.BASE),
                ("volunteer-teams", "志愿服务队", "volunteer teams", Unit.TEAM),
            ),
        ),
    ),
    Chapter(
        "素质教育",
        "well-rounded education",
        4,
        (
            _topic(
                "labour-education", "劳动教育", "labour education",
                ("labour-bases", "劳动实践基地", "bases for labour practice", Unit.BASE),
                ("labour-schools", "劳动特色学校", "schools known for labour education",
                 Unit.SCHOOL),
                ("labour-courses", "劳动课程", "courses in labour education", Unit.PLACE),
            ),
            _topic(
                "fitness", "学生体质健康", "students' fitness",
                ("good-fitness", "体质优良学生", "students of good fitness", Unit.PERSON),
                ("sports-schools", "体育特色学校", "schools known for sport", Unit.SCHOOL),
                ("sports-clubs", "校园体育社团", "school sports clubs", Unit.TEAM),
            ),
            _topic(
                "mental-health", "心理健康教育", "mental health education",
                ("guidance-stations", "心理辅导站", "counselling stations", Unit.WORKSTATION),
                ("counsellors", "专职心理教师", "full-time school counsellors", Unit.PERSON),
                ("healthy-schools", "心育示范校", "model schools for mental health", Unit.SCHOOL),
            ),
            _topic(
                "after-school", "课后服务", "after-school services",
                ("served-pupils", "参加服务学生", "pupils in after-school services", Unit.PERSON),
                ("service-brands", "课后服务品牌", "after-school service brands", Unit.PLACE),
                ("service-schools", "服务示范学校", "model schools for such services",
                 Unit.SCHOOL),
            ),
            _topic(
                "double-reduction", "双减", "the double reduction of homework and tutoring",
                ("approved-providers", "规范培训机构", "training providers in order", Unit.PLACE),
                ("homework-schools", "作业改革学校", "schools that reform homework", Unit.SCHOOL),
                ("cleared-counties", "治理达标区县", "districts and counties in order",
                 Unit.COUNTY),
            ),
            _topic(
                "arts", "学校美育", "arts education in schools",
                ("arts-troupes", "学生艺术团", "students' arts troupes", Unit.TEAM),
                ("arts-schools", "艺术特色学校", "schools known for the arts", Unit.SCHOOL),
                ("arts-bases", "美育实践基地", "bases for arts practice", Unit.BASE),
            ),
            _topic(
                "reading", "书香校园建设", "reading in schools",
                ("reading-schools", "书香示范校", "model schools for reading", Unit.SCHOOL),
                ("school-libraries", "达标图书馆", "school libraries up to standard", Unit.PLACE),
                ("reading-teams", "阅读推广团队", "reading promotion teams", Unit.TEAM),
            ),
        ),
    ),
    Chapter(
        "基础教育优质均衡",
        "good and balanced basic education",
        4,
        (
            _topic(
                "preschool", "学前教育", "preschool education",
                ("public-kindergartens", "公办幼儿园", "public kindergartens",
                 Unit.KINDERGARTEN),
                ("inclusive-kindergartens", "普惠幼儿园", "affordable kindergartens",
                 Unit.KINDERGARTEN),
                ("graded-kindergartens", "等级幼儿园", "graded kindergartens", Unit.KINDERGARTEN),
            ),
            _topic(
                "school-places", "学位供给", "the supply of school places",
                ("public-places", "公办学位", "places in public schools", Unit.PLACE),
                ("new-schools", "新改扩建学校", "schools newly built or enlarged", Unit.SCHOOL),
                ("nursery-places", "普惠学位", "affordable places", Unit.PLACE),
            ),
            _topic(
                "balanced-schools", "义务教育优质均衡", "balanced compulsory education",
                ("balanced-counties", "优质均衡县", "balanced districts and counties",
                 Unit.COUNTY),
                ("school-groups", "教育集团", "school groups", Unit.TEAM),
                ("modern-schools", "现代化学校", "modern schools", Unit.SCHOOL),
            ),
            _topic(
                "senior-high", "普通高中教育", "senior high school education",
                ("special-high-schools", "特色高中", "senior high schools with a profile",
                 Unit.SCHOOL),
                ("course-bases", "高中学科基地", "subject bases of senior high schools", Unit.BASE),
                ("walking-classes", "选课走班学校", "schools with courses by choice",
                 Unit.SCHOOL),
            ),
            _topic(
                "special-education", "特殊教育", "special education",
                ("resource-rooms", "资源教室", "resource rooms", Unit.PLACE),
                ("satellite-classes", "卫星班", "satellite classes", Unit.PLACE),
                ("enrolled-disabled", "残疾学生入学", "enrolled disabled pupils", Unit.PERSON),
            ),
            _topic(
                "rural-education", "乡村教育", "rural education",
                ("rural-partners", "城乡共同体", "urban and rural school partnerships",
                 Unit.TEAM),
                ("rural-schools", "乡村小规模校", "small rural schools", Unit.SCHOOL),
                ("rural-boarding", "达标寄宿学校", "boarding schools up to standard",
                 Unit.SCHOOL),
            ),
            _topic(
                "migrant-children", "随迁子女教育", "the schooling of migrant workers' children",
                ("migrant-pupils", "公办就读学生", "migrant pupils in public schools",
                 Unit.PERSON),
                ("migrant-schools", "接收学校", "schools that admit them", Unit.SCHOOL),
                ("care-stations", "关爱服务站", "care stations", Unit.WORKSTATION),
            ),
        ),
    ),
    Chapter(
        "职业教育和高等教育",
        "vocational and higher education",
        3,
        (
            _topic(
                "vocational", "职业教育", "vocational education",
                ("vocational-majors", "重点专业", "key majors", Unit.MAJOR),
                ("training-bases", "实训基地", "practical training bases", Unit.BASE),
                ("double-teachers", "双师型教师", "teachers with two qualifications",
                 Unit.PERSON),
            ),
            _topic(
                "industry", "产教融合", "the union of industry and education",
                ("industry-colleges", "产业学院", "industry colleges", Unit.COLLEGE),
                ("partner-firms", "产教融合企业", "enterprises in the union", Unit.PLACE),
                ("apprentices", "现代学徒", "modern apprentices", Unit.PERSON),
            ),
            _topic(
                "universities", "高等教育", "higher education",
                ("first-class-majors", "一流专业", "first-class majors", Unit.MAJOR),
                ("key-disciplines", "重点学科", "key disciplines", Unit.MAJOR),
                ("research-teams", "创新团队", "innovative teams", Unit.TEAM),
            ),
            _topic(
                "graduates", "高校毕业生就业", "the employment of graduates",
                ("placed-graduates", "就业毕业生", "graduates in employment", Unit.PERSON),
                ("trainee-posts", "就业见习岗位", "trainee posts", Unit.PLACE),
                ("start-up-bases", "创业孵化基地", "start-up bases", Unit.BASE),
            ),
            _topic(
                "lifelong", "终身学习", "lifelong learning",
                ("learning-communities", "学习型社区", "learning communities", Unit.COMMUNITY),
                ("elderly-schools", "老年学校", "schools for the elderly", Unit.SCHOOL),
                ("learning-brands", "学习品牌项目", "learning brands", Unit.PLACE),
            ),
        ),
    ),
    Chapter(
        "教师队伍",
        "the teaching force",
        4,
        (
            _topic(
                "teacher-ethics", "师德师风建设", "teachers' professional ethics",
                ("ethics-models", "师德标兵", "models of professional ethics", Unit.PERSON),
                ("ethics-bases", "师德教育基地", "bases for professional ethics", Unit.BASE),
                ("ethics-teams", "师德宣讲团", "speakers on professional ethics", Unit.TEAM),
            ),
            _topic(
                "teacher-training", "教师培训", "teacher training",
                ("trained-teachers", "参训教师", "teachers in training", Unit.PERSON),
                ("development-schools", "发展示范校", "model schools for teacher development",
                 Unit.SCHOOL),
                ("training-teams", "培训专家团队", "teams of trainers", Unit.TEAM),
            ),
            _topic(
                "leading-teachers", "名师名校长培养", "leading teachers and principals",
                ("studios", "名师工作室", "leading teachers' studios", Unit.WORKSTATION),
                ("top-teachers", "特级教师", "teachers of special grade", Unit.PERSON),
                ("graduate-teachers", "研究生教师", "teachers with a graduate degree",
                 Unit.PERSON),
            ),
            _topic(
                "class-teachers", "班主任队伍建设", "class teachers",
                ("leading-class-teachers", "骨干班主任", "leading class teachers", Unit.PERSON),
                ("class-studios", "班主任工作室", "class teachers' studios", Unit.WORKSTATION),
                ("class-teams", "班级管理团队", "class management teams", Unit.TEAM),
            ),
            _topic(
                "rural-teachers", "乡村教师支持", "support for rural teachers",
                ("exchange-teachers", "交流轮岗教师", "teachers on exchange", Unit.PERSON),
                ("rural-homes", "教师周转房", "homes for rural teachers", Unit.PLACE),
                ("support-counties", "支教帮扶区县", "counties with support", Unit.COUNTY),
            ),
        ),
    ),
    Chapter(
        "教育改革和数字化",
        "reform and digital education",
        3,
        (
            _topic(
                "digital", "教育数字化", "digital education",
                ("smart-schools", "智慧校园", "smart campuses", Unit.SCHOOL),
                ("digital-lessons", "数字精品课", "digital model lessons", Unit.PLACE),
                ("digital-counties", "数字教育区县", "counties with digital education",
                 Unit.COUNTY),
            ),
            _topic(
                "enrolment", "考试招生改革", "the reform of exams and enrolment",
                ("standard-sites", "标准化考点", "standard examination sites", Unit.PLACE),
                ("quota-schools", "定向分配高中", "senior high schools with quotas",
                 Unit.SCHOOL),
                ("examiners", "持证考务人员", "certified exam staff", Unit.PERSON),
            ),
            _topic(
                "evaluation", "教育评价改革", "the reform of educational evaluation",
                ("evaluation-schools", "评价试点学校", "pilot schools for evaluation",
                 Unit.SCHOOL),
                ("evaluation-counties", "监测区县", "monitored counties", Unit.COUNTY),
                ("evaluation-cases", "评价改革案例", "cases of reformed evaluation", Unit.PLACE),
            ),
            _topic(
                "opening", "教育对外开放", "the opening of education to the world",
                ("sister-schools", "友好学校", "sister schools", Unit.SCHOOL),
                ("joint-programmes", "合作办学项目", "joint programmes", Unit.PLACE),
                ("exchange-students", "交流学生", "exchange students", Unit.PERSON),
            ),
            _topic(
                "research", "教育科研", "educational research",
                ("research-projects", "重点课题", "key research projects", Unit.PLACE),
                ("research-bases", "教研基地", "bases for educational research", Unit.BASE),
                ("research-prizes", "教学成果奖", "prizes for teaching", Unit.PLACE),
            ),
        ),
    ),
    Chapter(
        "安全与保障",
        "safety and support",
        3,
        (
            _topic(
                "safety", "校园安全", "safety in schools",
                ("safe-schools", "平安校园", "safe campuses", Unit.SCHOOL),
                ("safety-bases", "安全教育基地", "bases for safety education", Unit.BASE),
                ("guards", "专职保安", "full-time school guards", Unit.PERSON),
            ),
            _topic(
                "canteens", "校园食品安全", "food safety in schools",
                ("bright-canteens", "阳光食堂", "open kitchens", Unit.PLACE),
                ("central-kitchens", "中央厨房", "central kitchens", Unit.PLACE),
                ("star-canteens", "星级食堂", "starred canteens", Unit.PLACE),
            ),
            _topic(
                "buildings", "学校基本建设", "school buildings",
                ("finished-projects", "竣工项目", "finished projects", Unit.PLACE),
                ("renewed-schools", "改造提升学校", "renewed schools", Unit.SCHOOL),
                ("sports-fields", "标准运动场", "standard sports fields", Unit.PLACE),
            ),
            _topic(
                "supervision", "教育督导", "educational supervision",
                ("inspectors", "责任督学", "school inspectors", Unit.PERSON),
                ("inspected-counties", "督导评估区县", "inspected counties", Unit.COUNTY),
                ("good-schools", "督导优秀学校", "schools found excellent", Unit.SCHOOL),
            ),
            _topic(
                "finance", "教育经费管理", "the finances of education",
                ("audited-schools", "内审覆盖学校", "audited schools", Unit.SCHOOL),
                ("aided-pupils", "受助学生", "pupils who receive aid", Unit.PERSON),
                ("budget-units", "绩效评价单位", "units with evaluated budgets", Unit.PLACE),
            ),
        ),
    ),
)  # fmt: skip
"""The areas of every plan; an issuer picks its topics once for all its years."""


def _scale(slug: str, zh: str, en: str, promise: str, *more: object, **unit: Unit) -> Scale:
    return Scale(
        slug,
        f"{{o}}{zh}",
        en,
        f"年末统计口径内{{o}}的{zh}，由各区县（市）逐级上报后汇总",
        f"{en}, as reported by districts and counties at the end of the year and added up",
        promise,
        *more,  # type: ignore[arg-type]
        **unit,
    )


OUTCOME, OUTPUT = IndicatorKind.OUTCOME, IndicatorKind.OUTPUT
UP, DOWN = Direction.INCREASE, Direction.DECREASE

SCALES = (
    _scale("share", "占比", "Share of {e}", "{o}占比达到{v}",
           OUTCOME, Measure.SHARE, UP, 30, 70, 2.5, unit=Unit.PERCENT),
    _scale("coverage", "覆盖率", "Coverage by {e}", "{o}覆盖率达到{v}",
           OUTPUT, Measure.SHARE, UP, 40, 75, 2.0, unit=Unit.PERCENT),
    _scale("satisfaction", "满意度", "Satisfaction with {e}", "{o}满意度达到{v}",
           OUTCOME, Measure.SHARE, UP, 70, 85, 1.0, unit=Unit.PERCENT),
    _scale("total", "总数", "Number of {e}", "{o}总数达到{v}",
           OUTPUT, Measure.STOCK, UP, 20, 800, 0.08),
    _scale("new", "新增数", "Increase in {e}", "{o}新增{v}",
           OUTPUT, Measure.INCREMENT, UP, 5, 400, 0.02),
    _scale("trainees", "培训人次", "Training attendances for {e}", "{o}培训{v}",
           OUTPUT, Measure.FLOW, UP, 300, 9000, 0.05, unit=Unit.TRAINEE),
    _scale("funds", "经费投入", "Spending on {e}", "{o}投入{v}",
           OUTPUT, Measure.FLOW, UP, 200, 9000, 0.06, unit=Unit.CNY),
    _scale("rank", "测评名次", "Place in the assessment of {e}", "{o}测评进入前{v}",
           OUTCOME, Measure.RANK, DOWN, 8, 30, -0.6, unit=Unit.RANK),
)  # fmt: skip

TITLES = (
    ("提升{t}质量水平", "Raise the quality of {e}"),
    ("深化{t}综合改革", "Deepen the reform of {e}"),
    ("健全{t}工作体系", "Complete the system for {e}"),
    ("推动{t}提质增效", "Make {e} better and more effective"),
    ("夯实{t}基础工程", "Lay firm foundations for {e}"),
    ("完善{t}保障机制", "Improve support for {e}"),
    ("打造{t}特色品牌", "Build a distinctive brand of {e}"),
    ("推进{t}协调发展", "Advance the balanced development of {e}"),
)
"""Headings of tasks."""

CHAPTER_TITLES = (
    ("高站位开展{c}提升行动", "Action to strengthen {e}"),
    ("全方位实施{c}攻坚行动", "Comprehensive drive for {e}"),
    ("高水平推进{c}创优行动", "High-level action for excellence in {e}"),
)
"""Headings of areas."""

CLAUSES = (
    ("健全{t}的工作机制，明确各区县（市）和学校的任务分工，按季度通报进展",
     "Improve the working mechanism for {e}, set out the tasks of each district, county and "
     "school, and report on progress every quarter"),
    ("围绕{t}组织专题调研，梳理薄弱环节，列出问题清单和整改时限",
     "Organise surveys devoted to {e}, find the weak points, and draw up a list of problems with "
     "dates by which each of them is to be put right"),
    ("遴选一批{o}作为试点，总结可以推广的做法，在全市教育系统交流",
     "Select a number of {p} as pilots, sum up the practices that can be spread, and share them "
     "throughout the city's education system"),
    ("把{t}纳入年度教育督导内容，督导结果与评优评先和经费安排挂钩",
     "Include {e} in the yearly educational supervision, and link its results to awards and to the "
     "distribution of funds among districts and schools"),
    ("加强{o}的日常管理，完善准入、运行和退出办法，定期复核",
     "Strengthen the day-to-day management of {p}, improve the rules for admission, operation and "
     "withdrawal, and review them at regular intervals"),
    ("组织{t}骨干教师分层分类培训，建立市、区、校三级研修网络",
     "Train leading teachers for {e} by level and category, and build a network of study and "
     "training at the level of the city, the districts and the schools"),
    ("推进{t}与课堂教学、校园文化和社会实践相结合，丰富学生的学习体验",
     "Combine {e} with classroom teaching, school culture and social practice, and make students' "
     "learning experience richer"),
    ("支持各地因地制宜建设{o}，形成“一校一品”的发展格局",
     "Support localities in building {p} suited to local conditions, so that each school develops "
     "a strength of its own under the heading \"one school, one brand\""),
    ("完善{t}经费保障，落实生均公用经费标准，优先安排薄弱学校",
     "Improve the funding of {e}, put into practice the standards for public funds per pupil, and "
     "give priority to weak schools"),
    ("建设{t}数字平台，实现数据一次采集、多方共享，减轻基层填报负担",
     "Build a digital platform for {e}, where data are collected once and shared by many, and "
     "reduce the burden of reporting on schools and districts"),
    ("发挥高校和科研机构的智力优势，开展{t}理论与实践研究",
     "Use the knowledge of universities and research institutions to study the theory and practice "
     "of {e}"),
    ("加大{t}宣传力度，讲好教育故事，营造全社会关心支持的氛围",
     "Step up public communication on {e}, tell the stories of education well, and create an "
     "atmosphere in which the whole of society cares and supports"),
    ("建立{o}动态监测和预警制度，每半年开展一次质量分析",
     "Set up a system of monitoring and early warning for {p}, and analyse their quality every "
     "half year"),
    ("深化教育领域“最多跑一次”改革，优化{t}相关事项的办理流程",
     "Deepen the reform under which people need to come at most once, and make the procedures that "
     "concern {e} simpler and faster"),
    ("推动城乡学校结对帮扶，缩小{t}的校际差距和区域差距",
     "Pair urban schools with rural ones for mutual help, and reduce the differences in {e} "
     "between schools and between regions"),
    ("开展{o}达标创建和星级评定，年底前完成第三方评估",
     "Bring {p} up to standard and grade them by stars, and complete an assessment by a third "
     "party before the end of the year"),
    ("加强家庭、学校和社会协同，引导家长树立科学的教育观念",
     "Strengthen the cooperation of families, schools and society, and guide parents towards sound "
     "ideas of education"),
    ("落实教师主体责任，完善{t}考核评价办法，突出工作实绩",
     "Make teachers responsible, improve the methods by which work on {e} is assessed, and stress "
     "what has really been achieved"),
    ("统筹编制、财政、发展改革等部门力量，协同破解{t}的难点问题",
     "Bring together the departments in charge of staffing, finance and development, and solve the "
     "difficult problems of {e} together"),
    ("举办全市{t}现场推进会和优秀案例评选，推广先进经验",
     "Hold a city-wide meeting on site to advance {e}, select the best cases, and spread good "
     "experience"),
    ("制定{o}建设指南和负面清单，规范申报、建设、验收各环节",
     "Draw up a guide and a list of what is not allowed for building {p}, and regulate "
     "application, construction and acceptance"),
    ("坚持立德树人，把社会主义核心价值观融入{t}全过程",
     "Hold to the task of fostering virtue through education, and let the core socialist values "
     "run through all stages of {e}"),
    ("扩大优质教育资源覆盖面，推进{o}向农村和新建城区延伸",
     "Let good educational resources reach more people, and extend {p} to the countryside and to "
     "newly built parts of the city"),
    ("探索{t}“项目化推进、清单式管理”，重点项目由局领导领办",
     "Try out the management of {e} by projects and lists, with key projects led by members of the "
     "bureau's leadership themselves"),
    ("完善学生资助和关爱体系，对困难家庭学生实行“一生一策”",
     "Complete the system of aid and care for students, with a plan of its own for every student "
     "from a family in difficulty"),
    ("加强{t}风险排查，建立应急处置预案，全年组织两次以上演练",
     "Look for risks in {e}, prepare plans for emergencies, and organise more than two exercises "
     "in the course of the year"),
    ("依托社区、场馆和企业拓展{o}，探索共建共享的运行模式",
     "Extend {p} with the help of communities, museums and enterprises, and explore ways to build "
     "and share them together"),
    ("建立{t}专家指导委员会，常态化开展进校诊断和跟踪指导",
     "Set up a committee of experts on {e}, which visits schools regularly to examine their work "
     "and guides them over time"),
)  # fmt: skip
"""What a summary says of a task: of its topic, of one of its things, or of neither."""

PLACES_CLAUSE = (
    "按学龄人口变化测算学位需求，及早公布学位预警，合理调整招生范围",
    "Estimate the need for school places from the changing number of children, publish early "
    "warnings of shortages, and adjust catchment areas reasonably",
)
"""A clause for a few tasks, whatever their topic."""

PROGRAMME_CLAUSE = (
    "启动“{n}计划”，首批选择三所学校先行先试",
    'Start the "{n} Plan" and let three schools try it out first',
)
"""A clause with a name of which hardly any other row speaks."""

CLASSES = (
    ("kindergartens", "幼儿园", "Kindergartens", BodyKind.SCHOOLS),
    ("primary-schools", "小学", "Primary schools", BodyKind.SCHOOLS),
    ("junior-high-schools", "初中", "Junior high schools", BodyKind.SCHOOLS),
    ("senior-high-schools", "普通高中", "Senior high schools", BodyKind.SCHOOLS),
    ("primary-and-secondary-schools", "中小学", "Primary and secondary schools", BodyKind.SCHOOLS),
    ("vocational-schools", "中等职业学校", "Secondary vocational schools", BodyKind.SCHOOLS),
    ("special-schools", "特殊教育学校", "Special schools", BodyKind.SCHOOLS),
    ("rural-schools", "乡村学校", "Rural schools", BodyKind.SCHOOLS),
    ("private-schools", "民办学校", "Private schools", BodyKind.SCHOOLS),
    ("universities", "高校", "Universities", BodyKind.UNIVERSITIES),
    ("vocational-colleges", "高职院校", "Higher vocational colleges", BodyKind.UNIVERSITIES),
    ("open-universities", "开放大学", "Open universities", BodyKind.UNIVERSITIES),
    ("county-bureaus", "区县教育局", "District and county bureaus", BodyKind.GOVERNMENT),
    ("finance-departments", "财政部门", "Finance departments", BodyKind.GOVERNMENT),
    ("health-departments", "卫生健康部门", "Health departments", BodyKind.GOVERNMENT),
    ("police-departments", "公安部门", "Police departments", BodyKind.GOVERNMENT),
    ("market-departments", "市场监管部门", "Market regulators", BodyKind.GOVERNMENT),
    ("personnel-departments", "人力社保部门", "Personnel departments", BodyKind.GOVERNMENT),
    ("school-party-organisations", "学校党组织", "Party organisations of schools", BodyKind.PARTY),
    ("party-branches", "党支部", "Party branches", BodyKind.PARTY),
    ("discipline-inspection", "纪检组织", "Discipline inspection", BodyKind.PARTY),
    ("enterprises", "企业", "Enterprises", BodyKind.ENTERPRISES),
    ("training-providers", "校外培训机构", "Training providers", BodyKind.ENTERPRISES),
    ("software-firms", "教育科技企业", "Education technology firms", BodyKind.ENTERPRISES),
    ("research-institutes", "科研院所", "Research institutes", BodyKind.RESEARCH),
    ("assessment-agencies", "第三方评估机构", "Assessment agencies", BodyKind.RESEARCH),
    ("communities", "社区", "Communities", BodyKind.REGION),
    ("counties", "各区县（市）", "Districts, counties and cities", BodyKind.REGION),
    ("sister-cities", "友好城市", "Sister cities", BodyKind.REGION),
    ("museums", "文博场馆", "Museums and other venues", BodyKind.FACILITY),
    ("practice-bases", "校外实践基地", "Practice bases outside school", BodyKind.FACILITY),
    ("parents-committees", "家长委员会", "Parents' committees", BodyKind.ASSOCIATION),
    ("school-districts", "学区共同体", "School district associations", BodyKind.ASSOCIATION),
    ("teachers", "教师", "Teachers", BodyKind.OTHER),
    ("class-teachers", "班主任", "Class teachers", BodyKind.OTHER),
    ("students", "学生", "Students", BodyKind.OTHER),
    ("parents", "家长", "Parents", BodyKind.OTHER),
    ("retired-teachers", "退休教师", "Retired teachers", BodyKind.OTHER),
)
"""Classes of actors: code, names, kind. All plans share them."""

INSTITUTIONS = (
    ("exam-authority", "教育考试院", "Education Examinations Authority", BodyKind.GOVERNMENT),
    ("research-institute", "教育科学研究院", "Institute of Education", BodyKind.RESEARCH),
    ("technology-centre", "教育技术中心", "Education Technology Centre", BodyKind.FACILITY),
    ("monitoring-centre", "教育质量监测中心", "Quality Monitoring Centre", BodyKind.FACILITY),
    ("teacher-college", "教师发展学院", "Teacher Development College", BodyKind.UNIVERSITIES),
    ("preschool-alliance", "学前教育联盟", "Preschool Alliance", BodyKind.ASSOCIATION),
)
"""What every city has of its own: end of the code, names without the city's, kind."""

ROLES = (
    ("participant", "组织{b}参加"),
    ("implementer", "由{b}组织实施"),
    ("cooperating", "请{b}予以配合"),
    ("beneficiary", "支持{b}发展"),
    ("partner", "会同{b}推进"),
    ("mentioned", "面向{b}做好服务"),
)
"""Roles of classes of actors, and the words that say so."""

LEADING = ("lead", "由{b}牵头")
"""The role of an institution."""

DELIVERABLES = (
    ("action-plan", "出台", "{t}三年行动计划", "Three-year action plan for {e}"),
    ("opinions", "印发", "关于加强{t}的实施意见", "Implementing opinions on strengthening {e}"),
    ("measures", "制定", "{t}管理办法", "Administrative measures for {e}"),
    ("guide", "编制", "{t}工作指南", "Working guide to {e}"),
    ("standards", "发布", "{t}评价标准", "Standards for the evaluation of {e}"),
)
"""Documents to be issued: end of the code, verb, title."""

MISPRINTS = (
    ("工做安排", "工作安排", "“做”应为“作”。", 'The character for "do" stands for "work".'),
    ("制订完膳", "制订完善", "“膳”应为“善”。", 'The character for "meal" stands for "good".'),
    ("教育质亮", "教育质量", "“亮”应为“量”。", 'The character for "bright" stands for "amount".'),
    ("统踌推进", "统筹推进", "“踌”应为“筹”。", 'The character for "hesitate" stands for "plan".'),
    ("学校管里", "学校管理", "“里”应为“理”。", 'The character for "inside" stands for "order".'),
    ("落实责认", "落实责任", "“认”应为“任”。", 'The character for "know" stands for "duty".'),
)
"""What is printed, how it reads, and why, in both languages."""

SOURCES = (
    Source("summary", "{c}市教育局{y}年工作总结", 1, 20),
    Source("briefing", "{c}市教育局{y}年上半年工作通报", 0, 200, half=True),
    Source("yearbook", "{c}市教育统计年鉴（{y}年）", 1, 240),
)
"""Where results come from."""

SYLLABLES = tuple(
    re.findall(
        "(.)([a-z]+)",
        "霁ji澄cheng皓hao璟jing珩heng瑄xuan玥yue琬wan翊yi羿yi翀chong旻min昀yun晗han晞xi煊xuan熠yi烨ye"
        "澹dan潆ying濯zhuo漪yi湄mei蘅heng芷zhi荪sun菀wan葳wei蕤rui槿jin樾yue栩xu桉an峥zheng嵘rong"
        "岫xiu峣yao嵩song骞qian骥ji驰chi笙sheng筠yun箫xiao簌su谧mi谌chen谡su鸢yuan鹄hu鹭lu鹂li麒qi"
        "麟lin璇xuan玑ji琮cong珺jun瑾jin瑜yu",
    )
)
"""Rare characters and how they are read; names of places and programmes are made of them."""
