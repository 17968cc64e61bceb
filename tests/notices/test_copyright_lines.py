"""Which lines of a header say whose the file is, and where such a line ends."""

from __future__ import annotations

from modelkin.notices.notice import read_notice

from ..support.cases import failures


def copyrights(header: str) -> list[str]:
    return list(read_notice(header.encode()).copyrights)


COPYRIGHTS = [
    ("# Copyright 2020 The Authors", ["Copyright 2020 The Authors"]),
    (
        "# SPDX-FileCopyrightText: Copyright contributors to the lamp project",
        ["SPDX-FileCopyrightText: Copyright contributors to the lamp project"],
    ),
    ("# Copyright (c) 2022 Pablo Pernías MIT License", ["Copyright (c) 2022 Pablo Pernías MIT License"]),
    (
        '"""Lamps\n\nModifications and additions hacked together by / Copyright 2021, A. B.\n"""',
        ["Modifications and additions hacked together by / Copyright 2021, A. B."],
    ),
    ("# Original Copyright (c) 2020 Lamp", ["Original Copyright (c) 2020 Lamp"]),
    ("# Copyright the Lamp authors", ["Copyright the Lamp authors"]),
    ("# (c) Lamp Platforms, Inc. Confidential.", ["(c) Lamp Platforms, Inc. Confidential."]),
    ("# (c) Find the nearest lamp", []),
    ("# (c) Shade9 || Apache-2.0 (apache.org)", ["(c) Shade9 || Apache-2.0 (apache.org)"]),
    ("# (c) Shade9", ["(c) Shade9"]),
    ("# \u00a9 Ada van der One, MIT licensed", ["\u00a9 Ada van der One, MIT licensed"]),
    ("# MIT License (c) Ada One", ["MIT License (c) Ada One"]),
    ("# (c) lampmaker", ["(c) lampmaker"]),
    ("# (c) MIT License", []),
    ("# (c) You must keep the lamp", []),
    ("# (a) Lamps\n# (b) Shades\n# (c) Cords", []),
    ("# 2.1 Copyright Grant. You get what this section says.", []),
    ("# 3. Copyright Notices", []),
    ("# Section 4.2 Copyright Lamps and Shades", []),
    ("# 2. Grant of Copyright License", []),
    ("# Copyright Grant. Subject to these terms", []),
    ("# 1. Copyright 2020 Grant One", ["1. Copyright 2020 Grant One"]),
    ("# Copyright Grant One 2020", ["Copyright Grant One 2020"]),
    ("# Copyright {yyyy} {name of copyright owner}", []),
    ("# Copyright [yyyy] [name of copyright owner]", []),
    ("# Copyright (C) <year>  <name of author>", []),
    ("# Copyright: see below", []),
    ("# the original copyright notice", []),
    ("# This text is copyrighted 2020", []),
    (
        "# Copyright (c) Meta Platforms, Inc. and affiliates.",
        ["Copyright (c) Meta Platforms, Inc. and affiliates."],
    ),
    ("# Copyright (c) Facebook, Inc. and its affiliates.", ["Copyright (c) Facebook, Inc. and its affiliates."]),
    ("# Copyright (c) OpenMMLab. All rights reserved.", ["Copyright (c) OpenMMLab. All rights reserved."]),
    ("# Copyright © 2023 Apple Inc.", ["Copyright © 2023 Apple Inc."]),
    ("# © 2021 A. B.", ["© 2021 A. B."]),
    ("# (c) 2021 A. B.", ["(c) 2021 A. B."]),
    ("# COPYRIGHT 2020 BY A. B.", ["COPYRIGHT 2020 BY A. B."]),
    ("# Copyright by A. B.", ["Copyright by A. B."]),
    ("# Copyright Epic Games", ["Copyright Epic Games"]),
    ("# Copyright: 2019 A. B.", ["Copyright: 2019 A. B."]),
    ("# Modifications Copyright 2021 A. B.", ["Modifications Copyright 2021 A. B."]),
    ("#!/usr/bin/env python\n#Copyright 2020 A", ["Copyright 2020 A"]),
    ("#    Copyright 2020 A   ", ["Copyright 2020 A"]),
    ("# Copyright 2020 名前", ["Copyright 2020 名前"]),
    ("# SPDX-FileCopyrightText: 2020 A. B.", ["SPDX-FileCopyrightText: 2020 A. B."]),
    ("'''Copyright 2020 A'''", ["Copyright 2020 A"]),
    ('"""Copyright 2020 A"""', ["Copyright 2020 A"]),
    ('r"""A model.\n\nCopyright 2020 A\n"""', ["Copyright 2020 A"]),
    ("# Copyright 2020 A\r\n# Copyright 2021 B\r\n", ["Copyright 2020 A", "Copyright 2021 B"]),
    ("# The above copyright notice shall be included in all copies", []),
    ("# retain the above copyright notice, this list of conditions", []),
    ("# THE COPYRIGHT HOLDERS AND CONTRIBUTORS", []),
    ("# the copyright owner or entity authorized by", []),
    ("# See the copyright file for details, 2020", []),
    ("# copyright law of 1976", []),
    ("# checks (c) whether", []),
    ("# released in 2020", []),
    ("x = 'Copyright 2020 A'", []),
    ("import a\n# Copyright 2020 A", []),
    ("import a\n'''Copyright 2020 A'''", []),
    ("'''A'''\nx = 1\n'''Copyright 2020 B'''", []),
]  # fmt: skip


def test_a_copyright_line_is_told_from_talk_of_copyright() -> None:
    assert not failures(copyrights, COPYRIGHTS)


OF_SEVERAL_LINES = [
    (
        "# Copyright 2021 The Lamp Authors (A. One, B. Two,\n# C. Three - Lamp University) and The Shade Team.",
        ["Copyright 2021 The Lamp Authors (A. One, B. Two, C. Three - Lamp University) and The Shade Team."],
    ),
    ("# Copyright 2020 A. One, B. Two,\n# C. Three\n# D.", ["Copyright 2020 A. One, B. Two, C. Three"]),
    ("# Copyright 2020 A. One and\n# B. Two", ["Copyright 2020 A. One and B. Two"]),
    ("# Copyright 2020 A, and Lamp Inc.\n# team. Etc.", ["Copyright 2020 A, and Lamp Inc. team. Etc."]),
    ("# Copyright 2020 Lamp. All rights\n# reserved.", ["Copyright 2020 Lamp. All rights reserved."]),
    ("# Copyright 2020 Lamp.\n# All rights reserved.", ["Copyright 2020 Lamp."]),
    ("# Copyright 2020 A,\n# Copyright 2021 B", ["Copyright 2020 A,", "Copyright 2021 B"]),
    ("# Copyright 2020 A,\n# Licensed under MIT", ["Copyright 2020 A,"]),
    ("# Copyright 2020 A,\n#\n# a model", ["Copyright 2020 A,"]),
]  # fmt: skip


def test_a_copyright_line_that_goes_on_is_joined() -> None:
    assert not failures(copyrights, OF_SEVERAL_LINES)


def test_a_copyright_is_one_line_whatever_stands_above() -> None:
    beginnings: tuple[str, ...] = ("", "\n", "# A model.\n", "# A model.\n\n", "#\n", "# A model.\n#\n", "#####\n")
    beginnings += ("'''\n", "'''\n\n", "'''A.\n'''\n")
    assert not [above for above in beginnings if copyrights(f"{above}# Copyright 2020 A\n") != ["Copyright 2020 A"]]
