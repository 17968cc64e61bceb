"""What the header of a source file says of its licence and its authors."""

from __future__ import annotations

import pytest

from modelkin.notices import HEADER_BYTES, Notice, read_notice

from .faults import fault

APACHE = """# coding=utf-8
# Copyright 2022 EleutherAI and the HuggingFace Inc. team. All rights reserved.
#
# This code is based on EleutherAI's GPT-NeoX library and the GPT-NeoX
# and OPT implementations in this library. It has been modified from its
# original forms to accommodate minor architectural differences compared
# to GPT-NeoX and OPT used by the Meta AI team that trained the model.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
\"\"\" PyTorch LLaMA model.\"\"\"
import math
"""
MIT = """\"\"\"
MIT License

Copyright (c) 2020 Phil Wang

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY.
\"\"\"
import torch
"""
BSD = """# Copyright (c) 2017-present, Facebook, Inc.
# All rights reserved.
#
# Redistribution and use in source and binary forms, with or without
# modification, are permitted provided that the following conditions are met:
#
# 1. Redistributions of source code must retain the above copyright notice, this
#    list of conditions and the following disclaimer.
# 3. Neither the name of the copyright holder nor the names of its
#    contributors may be used to endorse or promote products derived from
#    this software without specific prior written permission.
"""
TIMM = '''""" Vision Transformer (ViT) in PyTorch

A PyTorch implement of Vision Transformers as described in:
'An Image Is Worth 16 x 16 Words: Transformers for Image Recognition at Scale'

Acknowledgments:
  * The paper authors for releasing code and weights, thanks!

Hacked together by / Copyright 2020, Ross Wightman
"""
import math
'''
SEVERAL = """# Copyright (c) 2023, NVIDIA CORPORATION.  All rights reserved.
# Copyright 2018 The Google AI Language Team Authors.
# Copyright 2018 The Google AI Language Team Authors.
# SPDX-License-Identifier: BSD-3-Clause
"""


@pytest.mark.parametrize(
    ("header", "licence", "copyrights"),
    [
        (
            APACHE,
            "Apache-2.0",
            ["Copyright 2022 EleutherAI and the HuggingFace Inc. team. All rights reserved."],
        ),
        (MIT, "MIT", ["Copyright (c) 2020 Phil Wang"]),
        (BSD, "BSD-3-Clause", ["Copyright (c) 2017-present, Facebook, Inc."]),
        (TIMM, "", ["Hacked together by / Copyright 2020, Ross Wightman"]),
        (
            SEVERAL,
            "BSD-3-Clause",
            [
                "Copyright (c) 2023, NVIDIA CORPORATION.  All rights reserved.",
                "Copyright 2018 The Google AI Language Team Authors.",
            ],
        ),
        ("", "", []),
        ("import torch\n", "", []),
        ("'''A model.'''\nx = 1\n", "", []),
    ],
)
def test_a_header_says_the_licence_and_the_copyrights(header: str, licence: str, copyrights: list[str]) -> None:
    assert read_notice(header.encode()) == Notice(licence, tuple(copyrights))


@pytest.mark.parametrize(
    ("line", "licence"),
    [
        ("# SPDX-License-Identifier: MIT", "MIT"),
        ("# SPDX-License-Identifier: Apache-2.0 OR MIT", "Apache-2.0 OR MIT"),
        ("# SPDX-License-Identifier: (MIT AND BSD-3-Clause)", "(MIT AND BSD-3-Clause)"),
        ("# SPDX-License-Identifier:Apache-2.0", "Apache-2.0"),
        ("# SPDX-License-Identifier: GPL-2.0+  ", "GPL-2.0+"),
        ("# SPDX-License-Identifier: LicenseRef-NvidiaProprietary", "LicenseRef-NvidiaProprietary"),
        ("# SPDX-License-Identifier: GPL-3.0-or-later\n# the Apache License, Version 2.0", "GPL-3.0-or-later"),
        ("# Licensed under the Apache License, Version 2.0", "Apache-2.0"),
        ("# Licensed under the Apache License Version 2.0", "Apache-2.0"),
        ("# Apache 2.0 license", "Apache-2.0"),
        ("# This source code is licensed under the MIT license found in the LICENSE file", "MIT"),
        ("# Licensed under MIT", "MIT"),
        ("# Licensed under The MIT License [see LICENSE for details]", "MIT"),
        ("# This source code is licensed under the BSD-style license found in the", "BSD-3-Clause"),
        ("# BSD 3-Clause License", "BSD-3-Clause"),
        ("# BSD 2-Clause License", "BSD-2-Clause"),
        ("# under the terms of the GNU General Public License as published by", "GPL-3.0-or-later"),
        ("# GNU Lesser General Public License v3", "LGPL-3.0-or-later"),
        ("# GNU Affero General Public License", "AGPL-3.0-or-later"),
        ("# Ultralytics 🚀 AGPL-3.0 License - https://ultralytics.com/license", "AGPL-3.0-or-later"),
        ("# Mozilla Public License, v. 2.0", "MPL-2.0"),
        ("# Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
        ("# All rights reserved.", ""),
        ("# mitigates the limits", ""),
        fault("a licence named over two lines is not seen", "# under the Apache License,\n# Version 2.0", "Apache-2.0"),
        fault("a version that is said is not read", "# GNU General Public License version 2 only", "GPL-2.0-only"),
    ],
)
def test_a_licence_is_known_by_its_words(line: str, licence: str) -> None:
    assert read_notice(line.encode()).licence == licence


@pytest.mark.parametrize(
    ("line", "copyrights"),
    [
        ("# Copyright 2020 The Authors", ["Copyright 2020 The Authors"]),
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
    ],
)
def test_a_copyright_statement_is_told_from_talk_of_copyright(line: str, copyrights: list[str]) -> None:
    assert read_notice(line.encode()).copyrights == tuple(copyrights)


@pytest.mark.parametrize(
    "above",
    [
        "",
        "\n",
        "# A model.\n",
        "# A model.\n\n",
        "#\n",
        "# A model.\n#\n",
        "#####\n",
        "'''\n",
        "'''\n\n",
        "'''A.\n'''\n",
    ],
)
def test_a_copyright_is_one_line_whatever_stands_above(above: str) -> None:
    assert read_notice(f"{above}# Copyright 2020 A\n".encode()).copyrights == ("Copyright 2020 A",)


def test_a_docstring_after_the_comments_is_read_too() -> None:
    text = b"# Copyright 2020 A\n'''A model.\nCopyright 2021 B\nIt is.'''\n# Copyright 2022 C\nx\n# Copyright 2023 D"
    assert read_notice(text).copyrights == ("Copyright 2020 A", "Copyright 2021 B", "Copyright 2022 C")


def test_what_stands_far_below_the_top_is_not_a_header() -> None:
    assert read_notice(b"#\n" * HEADER_BYTES + b"# Copyright 2020 A\n") == Notice("", ())


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\x00", b"\0" * 9000, b"'''never closed", b"# " + b"copyright " * 2000, b"# " + b"(c) " * 5000]
)
def test_any_bytes_are_read_without_complaint(text: bytes) -> None:
    assert read_notice(text).licence == ""
