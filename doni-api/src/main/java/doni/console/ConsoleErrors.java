package doni.console;

import doni.api.web.FailureStatus;
import doni.backend.BackendException;
import doni.request.RequestRefusedException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/** Shows every failure as a page, with the status that the API would answer. */
@ConsoleController
@ControllerAdvice(basePackageClasses = ConsoleErrors.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ConsoleErrors {

  private static final Logger LOG = LoggerFactory.getLogger(ConsoleErrors.class);
  private static final String VIEW = "error";

  @ExceptionHandler
  ModelAndView failed(Exception failure, HttpServletRequest request) {
    if (failure instanceof UnknownPageException) {
      return page(HttpStatus.NOT_FOUND, String.valueOf(failure.getMessage()));
    }
    if (failure instanceof BackendException) {
      LOG.warn("{} {} refused", request.getMethod(), request.getRequestURI(), failure);
      return page(HttpStatus.SERVICE_UNAVAILABLE, "");
    }
    HttpStatusCode status = FailureStatus.of(failure);
    if (status.is5xxServerError()) {
      LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
    }
    return page(
        status,
        failure instanceof RequestRefusedException ? String.valueOf(failure.getMessage()) : "");
  }

  /** Catches every path under {@code /console} that no other method has. */
  @RequestMapping({ConsolePaths.ROOT + "/", ConsolePaths.ROOT + "/**"})
  String unknown() {
    throw new UnknownPageException();
  }

  @RequestMapping(ConsolePaths.UNAVAILABLE)
  String unavailable(HttpServletRequest request, HttpServletResponse response, Model model) {
    return forwarded(HttpStatus.SERVICE_UNAVAILABLE, request, response, model);
  }

  @RequestMapping(ConsolePaths.FORM_EXPIRED)
  String formExpired(HttpServletRequest request, HttpServletResponse response, Model model) {
    model.addAttribute("expired", true);
    return forwarded(HttpStatus.FORBIDDEN, request, response, model);
  }

  @RequestMapping(ConsolePaths.REFUSED)
  String refused(HttpServletRequest request, HttpServletResponse response, Model model) {
    HttpStatus status =
        request.getAttribute(ConsoleRefusedPage.STATUS) instanceof HttpStatus known
            ? known
            : HttpStatus.SERVICE_UNAVAILABLE;
    model.addAttribute(
        "hint", status == HttpStatus.TOO_MANY_REQUESTS ? "error.share" : "error.busy");
    return forwarded(status, request, response, model);
  }

  private static String forwarded(
      HttpStatus status, HttpServletRequest request, HttpServletResponse response, Model model) {
    if (request.getDispatcherType() != DispatcherType.FORWARD) {
      throw new UnknownPageException();
    }
    response.setStatus(status.value());
    model.addAttribute("status", status.value());
    return VIEW;
  }

  private static ModelAndView page(HttpStatusCode status, String text) {
    ModelAndView page = new ModelAndView(VIEW, status);
    page.addObject("status", status.value());
    page.addObject("text", text);
    return page;
  }
}
