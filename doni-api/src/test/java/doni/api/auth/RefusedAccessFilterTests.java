package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import doni.policy.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

@ExtendWith(OutputCaptureExtension.class)
class RefusedAccessFilterTests {

  private static final Caller ALICE =
      new Caller("alice-id", "alice", "p", Set.of("member"), Map.of(), "");

  private final AtomicLong nanos = new AtomicLong();
  private final RefusedAccessFilter filter = new RefusedAccessFilter(nanos::get);

  @Test
  void saysWhoWasRefusedWhatAndNoSecret(CapturedOutput output) throws Exception {
    MockHttpServletRequest request = request("/v1/hardware/edge-1");
    request.setQueryString("token=canary");
    request.addHeader("X-Auth-Token", "canary");
    new RequestAttributeSecurityContextRepository()
        .saveContext(
            new SecurityContextImpl(CallerAuthentication.of(ALICE, request)),
            request,
            new MockHttpServletResponse());

    answer(request, 403);

    assertThat(lines(output))
        .singleElement()
        .asString()
        .contains(
            "DELETE /v1/hardware/edge-1 refused with 403 to user alice-id of project p at"
                + " 192.0.2.1, req-7")
        .doesNotContain("canary");
  }

  @Test
  void showsWhatIsNotPrintableAsAQuestionMark(CapturedOutput output) throws Exception {
    answer(request("/v1/hardware/%0a\n" + "x".repeat(300)), 401);

    assertThat(lines(output))
        .singleElement()
        .asString()
        .contains(
            "/v1/hardware/%0a?xxx", "x... refused with 401 to a caller without a valid token");
  }

  @Test
  void isSilentAboutOtherResponses(CapturedOutput output) throws Exception {
    for (int status : List.of(200, 302, 400, 404, 409, 429, 500, 503)) {
      answer(request("/v1/hardware"), status);
    }

    assertThat(lines(output)).isEmpty();
  }

  @Test
  void countsWhatAFloodLeavesOut(CapturedOutput output) throws Exception {
    for (int i = 0; i < RefusedAccessFilter.MOST + 7; i++) {
      answer(request("/v1/hardware"), 401);
    }
    assertThat(lines(output)).hasSize(RefusedAccessFilter.MOST);

    nanos.addAndGet(Duration.ofSeconds(RefusedAccessFilter.SECONDS).toNanos());
    answer(request("/v1/hardware"), 401);
    answer(request("/v1/hardware"), 401);

    assertThat(lines(output).get(RefusedAccessFilter.MOST))
        .endsWith("; 7 refusals before it were not logged");
    assertThat(lines(output).getLast()).endsWith("req-7");
  }

  private static MockHttpServletRequest request(String uri) {
    MockHttpServletRequest request = new MockHttpServletRequest("DELETE", uri);
    request.setRequestURI(uri);
    request.setRemoteAddr("192.0.2.1");
    request.setAttribute(RequestIdFilter.class.getName() + ".id", "req-7");
    return request;
  }

  private void answer(MockHttpServletRequest request, int status) throws Exception {
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(
        request,
        response,
        new MockFilterChain() {
          @Override
          public void doFilter(
              jakarta.servlet.ServletRequest asked, jakarta.servlet.ServletResponse answered)
              throws IOException {
            response.setStatus(status);
          }
        });
  }

  private static List<String> lines(CapturedOutput output) {
    return output.getOut().lines().filter(line -> line.contains(" refused with ")).toList();
  }
}
