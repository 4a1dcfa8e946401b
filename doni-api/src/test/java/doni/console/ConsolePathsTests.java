package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsolePathsTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console",
        "/console/devices",
        "/console/enroll?type=device.balena",
        "/console/import",
        "/console/mine",
        "/console/devices/edge-01/edit",
        "/console/devices?state=ERROR&name=edge-01",
        "/console/activity?kind=worker.failed",
        "/console/site",
        "/console/runs",
        "/console/runs/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f",
        "/console/devices/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f"
      })
  void pageOfTheConsoleIsKept(String page) {
    assertThat(ConsolePaths.pageOrRoot(page)).isEqualTo(page);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/console/..//evil.example",
        "/console\\evil.example",
        "/console@evil.example",
        "/console.evil.example",
        "/console/devices/../../v1/hardware",
        "/console/logout",
        "/console/enroll/edit",
        "/console/devices?x=\r\nSet-Cookie:a=b",
        "/console\n",
        "javascript:alert(1)"
      })
  void anythingElseLeadsToTheFirstPage(String wanted) {
    assertThat(ConsolePaths.pageOrRoot(wanted)).isEqualTo("/console");
  }
}
