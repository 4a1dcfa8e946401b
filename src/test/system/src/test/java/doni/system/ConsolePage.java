package doni.system;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The pages of the console, as they are mapped there, and who opens them. A new page is one line
 * here, which {@link ConsoleBrowserIT} demands.
 */
enum ConsolePage {
  LOGIN("/console/login", Visitor.ANYONE),
  PUBLIC_VIEW("/console/public", Visitor.ANYONE, Visitor.OWNER),
  FLEET("/console", Visitor.OWNER, Visitor.ADMIN),
  DEVICES("/console/devices", Visitor.OWNER, Visitor.ADMIN),
  DEVICE("/console/devices/{ref}", Visitor.OWNER, Visitor.ADMIN),
  PLAN("/console/devices/{ref}/plan", Visitor.OWNER, Visitor.ADMIN),
  DELETE("/console/devices/{ref}/delete", Visitor.OWNER, Visitor.ADMIN),
  RUNS("/console/runs", Visitor.ADMIN),
  RUN("/console/runs/{uuid}", Visitor.ADMIN),
  ACTIVITY("/console/activity", Visitor.OWNER, Visitor.ADMIN),
  SITE("/console/site", Visitor.OWNER, Visitor.ADMIN),
  MINE("/console/mine", Visitor.OWNER, Visitor.ADMIN),
  ENROLL("/console/enroll", Visitor.OWNER, Visitor.ADMIN),
  EDIT("/console/devices/{ref}/edit", Visitor.OWNER, Visitor.ADMIN),
  IMPORT("/console/import", Visitor.OWNER, Visitor.ADMIN),
  PROJECT("/console/project", Visitor.OWNER),
  /** For every path that has no page. */
  ERROR("/console/**", Visitor.OWNER);

  /** Who opens a page. */
  enum Visitor {
    ANYONE,
    OWNER,
    ADMIN
  }

  /** What is mapped and no page: a part of one, or a file. */
  static final Set<String> PARTS =
      Set.of(
          "/console/",
          "/console/activity/live",
          "/console/assets/{hash}/{name}",
          "/console/devices/export",
          "/console/devices/{ref}/config.json",
          "/console/devices/{ref}/live",
          "/console/fleet",
          "/console/form-expired",
          "/console/live",
          "/console/login/websso/{choice}",
          "/console/refused",
          "/console/runs/live",
          "/console/runs/{uuid}/live",
          "/console/site/live",
          "/console/unavailable");

  private final String mapping;

  /** Never changes. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<Visitor> visitors;

  ConsolePage(String mapping, Visitor first, Visitor... more) {
    this.mapping = mapping;
    this.visitors = Collections.unmodifiableSet(EnumSet.of(first, more));
  }

  String mapping() {
    return mapping;
  }

  Set<Visitor> visitors() {
    return visitors;
  }

  /** Returns the path of the page, for this device or this resync run where it is about one. */
  String path(String device, String run) {
    return mapping.replace("{ref}", device).replace("{uuid}", run).replace("**", "nowhere");
  }

  int status() {
    return this == ERROR ? 404 : 200;
  }

  /** Returns the name of its pictures. */
  String file() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
