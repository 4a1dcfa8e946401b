package doni.system;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests what is dear to start, once for all of them: a {@link SitePostgres}, and a {@link
 * TestSite} with one replica, at which each test has owners and devices of its own.
 */
final class SharedSite implements ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(SharedSite.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestSite.class || type == SitePostgres.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    ExtensionContext.Store store = context.getRoot().getStore(NAMESPACE);
    Shared shared = store.computeIfAbsent(Shared.class, key -> new Shared(), Shared.class);
    return parameter.getParameter().getType() == TestSite.class ? shared.site() : shared.postgres;
  }

  /** Closed by JUnit after the last test. */
  private static final class Shared implements AutoCloseable {
    private final SitePostgres postgres = new SitePostgres();
    private @Nullable TestSite site;

    Shared() {
      postgres.start();
    }

    synchronized TestSite site() {
      if (site == null) {
        site = new TestSite("shared", postgres);
        site.startAndAwait("doni", Map.of());
      }
      return site;
    }

    @Override
    public void close() {
      if (site != null) {
        site.close();
      }
      postgres.close();
    }
  }
}
