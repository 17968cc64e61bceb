"""Which licence a header states, and how: by a tag, its words, a pointer or its name."""

from __future__ import annotations

from modelkin.notices.notice import read_notice
from modelkin.results import LicenceForm

from ..support.cases import failures
from ..support.processor_time import processor_seconds

NVIDIA = "LicenseRef-NvidiaProprietary"

LICENCES = [
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
    ("# under the terms of the GNU General Public License as published by", "GPL-2.0-or-later"),
    ("# GNU Lesser General Public License v3", "LGPL-3.0-only"),
    ("# GNU Affero General Public License", "AGPL-3.0-or-later"),
    ("# GNU General Public License version 2 only", "GPL-2.0-only"),
    ("# GNU General Public License as published by\n# anyone; version 2", "GPL-2.0-only"),
    ("# the GNU General Public License version 3.", "GPL-3.0-only"),
    ("# GPL-3.0-or-later", "GPL-3.0-or-later"),
    ("# License: LGPLv3+", "LGPL-3.0-or-later"),
    ("# GNU Library General Public License, version 2 or later", "LGPL-2.0-or-later"),
    ("# Ultralytics 🚀 AGPL-3.0 License - https://ultralytics.com/license", "AGPL-3.0-only"),
    ("# Mozilla Public License, v. 2.0", "MPL-2.0"),
    ("# Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
    ("# All rights reserved.", ""),
    ("# mitigates the limits", ""),
    ("# under the Apache License,\n# Version 2.0", "Apache-2.0"),
    ("# Licensed under the Apache license", "Apache-2.0"),
    ("# Apache 2.0  (http://www.apache.org/licenses/LICENSE-2.0)", "Apache-2.0"),
    ("# Runs behind Apache 2.4", ""),
    ("# SPDX-License-Identifier: Apache-2.0\n# SPDX-License-Identifier: MIT", "Apache-2.0 AND MIT"),
    ("# SPDX-License-Identifier: Apache License 2.0", "Apache-2.0"),
    ("# SPDX-License-Identifier: <id>", ""),
    ("/* SPDX-License-Identifier: MIT */", ""),
    ("# /* SPDX-License-Identifier: MIT */", "MIT"),
    ("# MIT No Attribution", "MIT-0"),
    ("# under the Modified MIT License", ""),
    ("# License: MIT", "MIT"),
    ("# ISC License", "ISC"),
    ("# Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
    ("# Licensed under the Simplified BSD License", "BSD-2-Clause"),
    ("# Redistribution and use in source and binary forms, with or without", "BSD-2-Clause"),
    ("# BSD-3-Clause", "BSD-3-Clause"),
    ("# subject to the terms of the Mozilla Public License, v. 2.0.", "MPL-2.0"),
    ("# Eclipse Public License 2.0", "EPL-2.0"),
    ("# Licensed under the EUPL v1.2", "EUPL-1.2"),
    ("# This is free and unencumbered software released into the public domain.", "Unlicense"),
    ("# Licensed under CC BY-NC-SA 3.0 US.", "CC-BY-NC-SA-3.0"),
    ("# https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
    ("# Creative Commons Attribution-NonCommercial-ShareAlike 4.0", "CC-BY-NC-SA-4.0"),
    ("# Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
    ("# CC0 1.0 Universal", "CC0-1.0"),
    ("# a CC-BY-NC licence", ""),
    ("# Please note the CC-BY-NC 4.0 licence on these weights", ""),
    ("# Code and weights: https://example.org, licensed MIT", "MIT"),
    (
        "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)",
        "GPL-3.0-or-later",
    ),
    ("# License: BSD-3", "BSD-3-Clause"),
    ("# License:    Simplified-BSD", "BSD-2-Clause"),
    ("# under the Zero-Clause BSD License", "0BSD"),
    ("# Apache License, Version 1.1", "Apache-1.1"),
    ("# Licensed under the NVIDIA Source Code License.", "LicenseRef-NVIDIA-Source-Code"),
    ("# NVIDIA Source Code License-NC", "LicenseRef-NVIDIA-Source-Code"),
    ("# NVIDIA Source Code License for Tides", "LicenseRef-NVIDIA-Source-Code"),
    ("# Use without an express license agreement from NVIDIA CORPORATION is strictly prohibited.", NVIDIA),
    ("# in accordance with the terms of the Llama 2 Community License Agreement.", "LicenseRef-Llama-2"),
    ("# under the Llama 3.1 Community License", "LicenseRef-Llama-3.1"),
    ("# License:\n#   Python Software Foundation License version 2", "PSF-2.0"),
    ("# S-Lab License 1.0", "LicenseRef-S-Lab-1.0"),
    ("# released under the SAM License", "LicenseRef-SAM"),
    ("# Licensed under the CreativeML Open RAIL-M license", "LicenseRef-CreativeML-OpenRAIL-M"),
    ("# BigCode Open RAIL-M v1 License Agreement", "LicenseRef-BigCode-OpenRAIL-M"),
    ("# Licensed under the Gemma Terms of Use", "LicenseRef-Gemma"),
    ("# the Tongyi Qianwen LICENSE AGREEMENT", "LicenseRef-Tongyi-Qianwen"),
    ("# Stability AI Community License", "LicenseRef-Stability-Community"),
    ("# the Adobe Research License", "LicenseRef-Adobe-Research"),
    ("# the Zope Public License, Version 2.1 (ZPL)", "ZPL-2.1"),
    ("# is holder of all proprietary rights on this computer program.", "LicenseRef-Max-Planck"),
    ("# This code is licensed under the CC-BY-NC license found in the\n# LICENSE file.", "CC-BY-NC-4.0"),
    ("# Licensed under the Lamp Works License 2.0.", "LicenseRef-Lamp-Works-2.0"),
    ("# Licensed under the following license", ""),
    ("# May be used for academic non-commercial purposes only.", "LicenseRef-Non-Commercial"),
    ("# Unauthorized copying of this file, via any medium, is strictly prohibited.", "LicenseRef-Proprietary"),
    ("# Licensed under MIT or the Apache License 2.0", "MIT OR Apache-2.0"),
    ("# Licensed under WTFPL or the Unlicense or CC0", "WTFPL OR Unlicense OR CC0-1.0"),
    ("# REUSE-IgnoreStart\n# SPDX-License-Identifier: MIT\n# REUSE-IgnoreEnd\n# ISC license", "ISC"),
    ("# SPDX-SnippetBegin\n# SPDX-License-Identifier: MIT\n# SPDX-SnippetEnd\n# ISC license", "ISC"),
]


def test_a_licence_is_known_by_its_words() -> None:
    assert not failures(lambda line: read_notice(line.encode()).licence, LICENCES)


FORMS = [
    ("# SPDX-License-Identifier: MIT", LicenceForm.TAG, "MIT"),
    ("# Licensed under the MIT License", LicenceForm.NAMED, "MIT"),
    ("# This code is licensed under the MIT license found in the\n# LICENSE file", LicenceForm.POINTER, "MIT"),
    ("# Licensed under The MIT License [see LICENSE for details]", LicenceForm.POINTER, "MIT"),
    ("# Licensed under the Apache License 2.0, see LICENSE file.", LicenceForm.POINTER, "Apache-2.0"),
    ("# See License.txt in the project root for license information", LicenceForm.POINTER, ""),
    ("# For licensing see accompanying LICENSE file.", LicenceForm.POINTER, ""),
    ("# See ../LICENSE for clarification regarding multiple authors", LicenceForm.POINTER, ""),
    ("# see the COPYING file", LicenceForm.POINTER, ""),
    ("# See license in LICENSE.txt", LicenceForm.POINTER, ""),
    (
        "# Licensed under the NVIDIA Source Code License. For full terms,\n# see the LICENSE file at https://example.org.",
        LicenceForm.POINTER,
        "LicenseRef-NVIDIA-Source-Code",
    ),
    (
        "# Licensed as the LICENSE file says.\n# Used in accordance with the Llama 3 Community License.",
        LicenceForm.POINTER,
        "LicenseRef-Llama-3",
    ),
    ("# See the License for the specific language", LicenceForm.NONE, ""),
    ("# Original licence: https://example.org/lamp/blob/main/LICENSE", LicenceForm.NONE, ""),
    ("# copying is done below", LicenceForm.NONE, ""),
]


def test_how_a_header_states_its_licence() -> None:
    def stated(lines: str) -> tuple[LicenceForm, str, int]:
        notice = read_notice(lines.encode())
        return notice.form, notice.licence, notice.last_line

    def last_line(lines: str, form: LicenceForm) -> int:
        return lines.count("\n") + 1 if form is not LicenceForm.NONE else 0

    assert not failures(stated, [(lines, (form, licence, last_line(lines, form))) for lines, form, licence in FORMS])


NC = "LicenseRef-Non-Commercial"
OF_THIS_FILE = [
    ("# This module downloads weights licensed under CC-BY-NC 4.0.", ""),
    ("# Code: MIT, Weights: Apache 2.0", "MIT"),
    ("# Not CC BY-NC: this is CC BY 4.0.", "CC-BY-4.0"),
    ("# Previously CC-BY-NC-4.0, this code is MIT since 2023.", "MIT"),
    ("# Unlike lamp (AGPL-3.0), this reimplementation is MIT.", "MIT"),
    ("# This code may only be used for non-commercial research purposes.", NC),
    ("# License: Apple MIT License (AML)", "AML"),
    ("# Trained on data under CC-BY-SA 4.0.", ""),
    ("# Not for commercial use. For academics.", "LicenseRef-Non-Commercial"),
    ("# For research only; commercial use is strictly prohibited.", "LicenseRef-Non-Commercial"),
    ("# Licensed under either of MIT or Apache-2.0 at your option.", "MIT OR Apache-2.0"),
    ("# This file includes code under the MIT license from lamps. The rest is Apache-2.0 licensed.", "Apache-2.0"),
    ("# Loads models whose licence may be GPL-3.0; ask your lawyer.", ""),
    ("# Checks whether a package is GPL-3.0 or MIT licensed.", ""),
    ("# The original is MIT licensed.\n# This code is licensed under the license found in the LICENSE file.", ""),
    ("# Models and licences:\n# - far: Apache-2.0\n# - near: MIT\n#\n# This code: GPL-3.0 License", "GPL-3.0-only"),
    ("# Model licences:\n#   coarse: Apache License 2.0\n#   fine: MIT license", ""),
    ("# | model | licence |\n# | - | - |\n# | coarse | MIT license |\n\n# This file: BSD license", "BSD-3-Clause"),
    ("# Dependencies:\n# * lamp: GPL-3.0\n#\n# Licensed under the MIT License", "MIT"),
    ("# The pretrained models are released under the CC BY-NC 4.0 license. The code is under the MIT License.", "MIT"),
    ("# This package contains no GNU General Public Licensed (GPLed) code.\n# License: PSF", "PSF-2.0"),
    ("# This is not under the GPL; it is under the MIT License.", "MIT"),
    ("# Unlike lamp, which is GPL, this is MIT licensed.", "MIT"),
    ("# Unlike the first lamp, this file is not licensed under CC BY-NC 4.0 but under the MIT License.", "MIT"),
    ("# This file was originally GPL-3.0 and is now distributed under the MIT License.", "MIT"),
    ("# This file is MIT licensed and is now maintained by Ada.", "MIT"),
    ("# GPL v2 and CC BY-NC 4.0 are incompatible with this file.", ""),
    ("# This software is free for non-commercial, research and evaluation use\n# under the LICENSE.md file.", NC),
    ("# You may use this for academic, non-commercial research only.", NC),
    ("# This lamp is free for commercial and non-commercial use.", ""),
    ("# This is under the MIT License and is not compatible with Python 2.", "MIT"),
    ("# Only non-commercial use is permitted.", NC),
    ("# Formerly under the GPL, relicensed under the BSD 3-Clause License.", "BSD-3-Clause"),
    ("# Formerly GPL, now under the MIT License.", "MIT"),
    ("# A GPL-free lamp.", ""),
    ("# A lamp that is compatible with the GPL", ""),
    ("# No code of the GPL version was copied. MIT License.", "MIT"),
    ("# You may not use this file except under the MIT License.", "MIT"),
    ("# Do not remove this header - MIT License", "MIT"),
    ("# Originally by Ada, MIT License.\n\n# This file is licensed under the Apache License 2.0.", "Apache-2.0"),
    ("# Adapted from https://example.org/lamp (MIT License)", "MIT"),
    ("# Licensed under the license found in the LICENSE file.\n#\n# Adapted from lamp (MIT License)", ""),
    ("# lamp is licensed under the GPL-3.0 license.\n# Licensed under the MIT License.", "MIT"),
]  # fmt: skip


def test_of_several_licences_that_of_this_file_counts() -> None:
    assert not failures(lambda lines: read_notice(lines.encode()).licence, OF_THIS_FILE)


OWN_AND_PART = """# This source code is licensed under the MIT license found in the LICENSE file.
#
# Copyright 2020 Ada One
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
"""


def test_what_is_said_of_this_code_holds_beside_the_text_of_another_licence() -> None:
    notice = read_notice(OWN_AND_PART.encode())
    assert (notice.licence, notice.form) == ("MIT AND Apache-2.0", LicenceForm.TEXT)


TERMS = """# The Lamp Licence
#
# 1. Definitions. "Licensor" means who distributes the work, "Licensee" who takes it under this agreement.
# 2. Grants. The licensor hereby grants the licensee the right to light rooms, subject to these obligations.
# 3. Limitations. No warranty is given, and no liability is accepted for anything that comes of the light.
# 4. Termination. The grants terminate where the limitations are not kept to. Lamps that were lit stay lit.
# 5. The licensee may not redistribute more than the lamps, and names the licensor where rooms are shown.
"""


def test_a_licence_text_that_nobody_knows_is_said_to_be_unknown() -> None:
    notice = read_notice(TERMS.encode())
    assert (notice.licence, notice.form) == ("LicenseRef-Unknown", LicenceForm.TEXT)


def test_a_hostile_header_is_read_at_once() -> None:
    pieces = [
        "license ",
        "licensed under the ",
        "gpl ",
        "no not never ",
        "- a: mit\n# ",
        "or mit license ",
        "A ",
        "rail-m ",
    ]
    with processor_seconds(at_most=10):
        for one in pieces:
            for other in pieces:
                read_notice(f"# {(one + other) * 1_000}".encode())
