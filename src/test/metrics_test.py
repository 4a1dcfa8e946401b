#!/usr/bin/env python3
"""Tests src/test/metrics on a small repository: run it as it is."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

METRICS = Path(__file__).with_name("metrics")

TIDY = """
package doni;

/** A class Comment { in a comment, and class Text in a string. */
record LaneSettings(String text) {
  static final String TEXT = "class Quoted { }";
  enum LaneMode { ON, OFF }
}
"""


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.write("doni-a/src/main/java/doni/LaneSettings.java", TIDY)

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_metrics(self, *options):
        subprocess.run(["git", "-C", str(self.root), "add", "-A"], check=True)
        command = [sys.executable, str(METRICS), "--root", str(self.root), *options]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        rows = {line[7:49].strip(): line for line in done.stdout.splitlines()}
        return done.returncode, rows, done.stdout

    def test_reports_no_miss_in_a_tidy_repository_but_the_mean(self):
        code, rows, _ = self.run_metrics("--check")

        self.assertEqual(1, code)
        self.assertEqual(["mean words per type name"], [name for name, row in rows.items() if row.startswith("MISSED")])
        self.assertIn(" 2.00 ", rows["mean words per type name"])

    def test_succeeds_without_check_although_targets_are_missed(self):
        self.write("doni-a/src/main/java/doni/Row.java", "package doni;\npublic class Row {}\n")

        code, rows, _ = self.run_metrics()

        self.assertEqual(0, code)
        self.assertIn("50.0 %", rows["one-word type names"])
        self.assertIn("50.0 %", rows["hidden top-level types"])

    def test_counts_nested_types_as_repeated_names(self):
        self.write("doni-b/src/main/java/doni/Other.java",
                   "package doni;\nfinal class OtherThing {\n  enum LaneMode {}\n}\n")

        _, rows, output = self.run_metrics("--list")

        self.assertTrue(rows["simple names defined more than once"].startswith("ok"))
        self.assertIn("LaneMode (2): doni-a/src/main/java/doni/LaneSettings.java, doni-b", output)

    def test_finds_files_over_300_lines(self):
        self.write("doni-a/src/main/java/doni/LongFile.java", "package doni;\nclass LongFile {\n" + "\n" * 300 + "}\n")

        _, rows, output = self.run_metrics("--list")

        self.assertTrue(rows["files over 300 lines"].startswith("MISSED"))
        self.assertIn("LongFile.java: 303 lines", output)

    def test_finds_banned_words_also_across_lines_and_in_scripts(self):
        self.write("docs/page.md", "Nobody recommends it. There is no mention, and it is no longer here.\n")
        self.write("run", "#!/bin/sh\n# this is\n# no UUID\n")
        self.write("picture.svg", "nobody\n")
        self.write("Client.java", "BodyPublishers.noBody();\n")

        _, rows, output = self.run_metrics("--list")

        self.assertIn("MISSED \"nobody\"                                          1", rows['"nobody"'])
        self.assertIn("  1  target 0", rows['"is no X"'])
        self.assertTrue(rows['"mend"'].startswith("ok"))
        self.assertIn("run: 1", output)


if __name__ == "__main__":
    unittest.main()
