package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.catalina.Globals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

class PageLinksTests {

  private static MockHttpServletRequest request() {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setScheme("http");
    request.setServerName("inventory");
    request.setServerPort(8001);
    return request;
  }

  private static MockHttpServletRequest proxied() {
    MockHttpServletRequest request = request();
    request.setAttribute(Globals.REQUEST_FORWARDED_ATTRIBUTE, true);
    return request;
  }

  @Test
  void leadsToWhereTheClientAsked() {
    assertThat(PageLinks.to(request(), "/x")).isEqualTo("http://inventory:8001/x");
  }

  @Test
  void leavesOutTheUsualPort() {
    MockHttpServletRequest request = request();
    request.setServerPort(80);

    assertThat(PageLinks.to(request, "/x")).isEqualTo("http://inventory/x");
  }

  @Test
  void leadsToTheProxy() {
    MockHttpServletRequest request = proxied();
    request.addHeader("X-Forwarded-Proto", "https");
    request.addHeader("X-Forwarded-Host", "site.example.org");
    request.addHeader("X-Forwarded-Port", "443");
    request.addHeader("X-Forwarded-Prefix", "/inventory");

    assertThat(PageLinks.to(request, "/x")).isEqualTo("https://site.example.org/inventory/x");
  }

  @Test
  void knowsTheStandardHeader() {
    MockHttpServletRequest request = proxied();
    request.addHeader("Forwarded", "proto=https;host=\"site.example.org:8443\"");

    assertThat(PageLinks.to(request, "/x")).isEqualTo("https://site.example.org:8443/x");
  }

  @Test
  void believesNoOtherClient() {
    MockHttpServletRequest request = request();
    request.addHeader("X-Forwarded-Host", "evil.example.org");
    request.addHeader("X-Forwarded-Prefix", "/evil");
    request.addHeader("Forwarded", "host=evil.example.org");

    assertThat(PageLinks.to(request, "/x")).isEqualTo("http://inventory:8001/x");
  }

  @ParameterizedTest
  @CsvSource({
    "X-Forwarded-Port,abc",
    "X-Forwarded-Port,99999999999",
    "X-Forwarded-Port,99999",
    "X-Forwarded-Proto,javascript",
    "X-Forwarded-Host,a<b",
    "X-Forwarded-Host,::::",
    "X-Forwarded-Prefix,/%zz",
    "X-Forwarded-Prefix,//evil.example.org",
    "X-Forwarded-Prefix,nonslash"
  })
  void ignoresWhatMakesNoUrl(String name, String value) {
    MockHttpServletRequest request = proxied();
    request.addHeader(name, value);

    assertThat(PageLinks.to(request, "/x")).isEqualTo("http://inventory:8001/x");
  }
}
