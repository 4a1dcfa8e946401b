package doni.console;

import doni.hardware.HardwarePermissions;
import doni.policy.Caller;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What every template uses, as {@code @consoleView}. */
@Component
class ConsoleView {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private final HardwarePermissions permissions;

  ConsoleView(HardwarePermissions permissions) {
    this.permissions = permissions;
  }

  /** Returns whether the page links to resync runs. */
  public boolean resyncRuns() {
    Caller caller = caller();
    return caller != null && permissions.resyncRuns(caller);
  }

  /** Returns whether the user may enroll devices. */
  public boolean mayEnroll() {
    Caller caller = caller();
    return caller != null && permissions.create(caller);
  }

  /** Returns who uses the page; null without a login. */
  public @Nullable Caller caller() {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    return authentication != null && authentication.getPrincipal() instanceof Caller caller
        ? caller
        : null;
  }

  /** Returns the name of the caller's project, or its id where Keystone gave no name. */
  public String project() {
    Caller caller = caller();
    return caller == null
        ? ""
        : caller.attributes().getOrDefault("project_name", caller.projectId());
  }

  /** Returns the value of {@code aria-current} of a link of the navigation; null on other pages. */
  public @Nullable String current(String link) {
    String path =
        RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request
            ? request.getRequest().getServletPath()
            : "";
    if (path.equals(link)) {
      return "page";
    }
    return !link.equals(ConsolePaths.ROOT) && path.startsWith(link + "/") ? "true" : null;
  }

  /** Formats a time for people, in UTC; a dash for none. */
  public String time(@Nullable Instant at) {
    return at == null ? "–" : TIME.format(at);
  }

  /** Formats a property, a detail or the body of an event for people. */
  public String value(@Nullable Object value) {
    return ReadableValue.of(value);
  }
}
