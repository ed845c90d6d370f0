"""The parser of the command line, which tells what is wrong with a call in either language."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from app.publish.complaint import Language

DESCRIPTIONS: Mapping[Language, str] = {
    "en": "Government work plans as open data.",
    "zh": "把政府工作计划做成开放数据。各命令和选项的说明目前只有英文；运行时的提示为中文。",
}

SENTENCES: Sequence[tuple[str, str]] = (
    (r"the following arguments are required: (.+)", "缺少参数：{0}"),
    (r"unrecognized arguments: (.+)", "没有这些参数：{0}"),
    (r"argument (.+?): (.+)", "参数{0}：{1}"),
    (r"invalid choice: (.+) \(choose from (.+)\)", "不在可用值之中；值为{0}；可用：{1}"),
    (r"invalid \S+ value: (.+)", "值无效：{0}"),
    (r"expected one argument", "须带一个值"),
    (r"expected at least one argument", "至少须带一个值"),
    (r"expected at most one argument", "最多带一个值"),
    (r"expected (\d+) arguments?", "须带{0}个值"),
    (r"ignored explicit argument (.+)", "不带值，却给了{0}"),
    (r"ambiguous option: (\S+) could match (.+)", "选项{0}不明确，可能是{1}"),
    (r"must be one visible line, at most (\d+) characters", "须为一行可见文字，最多{0}个字符"),
    (r"(.+) is no number of workers: 1 to (\d+)", "{0}不是进程数：应为1至{1}"),
    (r"(.+) is no port: 0 to (\d+)", "{0}不是端口号：应为0至{1}"),
)
"""What argparse and the types of our options say, and the same in Chinese; parts by their place."""


def language_of(arguments: Sequence[str]) -> Language:
    """The language that a call asks for, be it right or wrong: the last one named."""
    named = [
        value
        for option, value in zip(("", *arguments), (*arguments, ""), strict=True)
        if option == "--lang"
    ]
    named += [each.removeprefix("--lang=") for each in arguments if each.startswith("--lang=")]
    return "zh" if named and named[-1] == "zh" else "en"


def in_chinese(sentence: str) -> str:
    """A sentence of the parser in Chinese; one that it does not know stays as it is."""
    for english, chinese in SENTENCES:
        if found := re.fullmatch(english, sentence, re.DOTALL):
            return chinese.format(*map(in_chinese, found.groups()))
    return sentence


class _ChineseHelp(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _ChineseParser(argparse.ArgumentParser):
    """A parser, and so those of its commands, that speaks Chinese where a call is wrong."""

    def __init__(self, **options: Any):
        super().__init__(**{"formatter_class": _ChineseHelp, **options})

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：{in_chinese(message)}\n")


PARSERS: Mapping[Language, type[argparse.ArgumentParser]] = {
    "en": argparse.ArgumentParser,
    "zh": _ChineseParser,
}
