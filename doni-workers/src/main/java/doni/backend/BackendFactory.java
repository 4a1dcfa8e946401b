package doni.backend;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One of the things that can stand behind a worker; a bean of this type offers another one.
 *
 * @param name as {@code doni.workers.<worker>.backend} names it
 * @param open makes it; called at most once, for the one that is chosen
 */
public record BackendFactory<T>(String name, Supplier<T> open) {

  /**
   * Opens the backend that the configuration names.
   *
   * @param setting the key that names it, for the message
   * @throws IllegalArgumentException if there is no backend of that name
   */
  public static <T> T choose(String setting, String name, List<BackendFactory<T>> offered) {
    return offered.stream()
        .filter(backend -> backend.name().equals(name))
        .findFirst()
        .map(backend -> backend.open().get())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s is '%s'; allowed: %s"
                    .formatted(
                        setting,
                        name,
                        offered.stream()
                            .map(BackendFactory::name)
                            .collect(Collectors.joining(", ")))));
  }
}
