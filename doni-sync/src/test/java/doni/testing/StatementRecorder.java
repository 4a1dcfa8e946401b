package doni.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Records the statements that a thread prepares, {@code BEGIN} and {@code COMMIT} aside. */
public final class StatementRecorder {

  private static final ThreadLocal<@Nullable List<String>> PREPARED = new ThreadLocal<>();

  private StatementRecorder() {}

  /** Returns the statements that the work prepares, in their order. */
  public static List<String> during(Runnable work) {
    List<String> statements = new ArrayList<>();
    PREPARED.set(statements);
    try {
      work.run();
    } finally {
      PREPARED.remove();
    }
    return statements;
  }

  /** Returns the same database, whose statements are recorded. */
  public static DataSource recorded(DataSource database) {
    return intercepted(DataSource.class, database);
  }

  private static <T> T intercepted(Class<T> type, T target) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          List<String> statements = PREPARED.get();
          if (method.getName().equals("prepareStatement") && statements != null) {
            statements.add(((String) arguments[0]).strip());
          }
          try {
            Object result = method.invoke(target, arguments);
            return result instanceof Connection connection && !method.getName().equals("unwrap")
                ? intercepted(Connection.class, connection)
                : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
