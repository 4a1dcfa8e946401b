package doni.simulator.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds who answers a request. Of two routes that match, the one added first answers. */
public final class Router {

  /** Answers the requests of one route. */
  @FunctionalInterface
  public interface Handler {
    /**
     * @throws Refusal with the answer, when the request is not served
     */
    Answer handle(Request request);
  }

  private record Route(String method, Pattern path, List<String> names, Handler handler) {}

  /** A route with what its variables matched. */
  record Match(Handler handler, Map<String, String> variables) {}

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

  private final List<Route> routes = new CopyOnWriteArrayList<>();

  /**
   * Adds a route.
   *
   * @param template a path in which {@code {name}} stands for one segment
   */
  public Router route(String method, String template, Handler handler) {
    List<String> names =
        VARIABLE.matcher(template).results().map(result -> result.group(1)).toList();
    String regex = VARIABLE.matcher(template).replaceAll("(?<$1>[^/]+)");
    routes.add(new Route(method, Pattern.compile(regex + "/?"), names, handler));
    return this;
  }

  Optional<Match> find(String method, String path) {
    return routes.stream()
        .filter(route -> route.method().equals(method))
        .flatMap(route -> match(route, path).stream())
        .findFirst();
  }

  /** Whether the path is served, with whichever method. */
  boolean knows(String path) {
    return routes.stream().anyMatch(route -> route.path().matcher(path).matches());
  }

  private static Optional<Match> match(Route route, String path) {
    Matcher matcher = route.path().matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Match(
            route.handler(),
            route.names().stream().collect(Collectors.toMap(name -> name, matcher::group))));
  }
}
