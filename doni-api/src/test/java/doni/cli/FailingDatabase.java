package doni.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A database of which one statement of a request fails, as Postgres fails it: the transaction is
 * aborted, and nothing but its rollback succeeds. A commit counts as a statement.
 */
class FailingDatabase {

  private final AtomicInteger executed = new AtomicInteger();
  private volatile int failing = -1;
  private volatile String state = "";

  /** The statement with this number fails from now on, counted from 0; none does where it is -1. */
  void fail(int statement, String sqlState) {
    state = sqlState;
    failing = statement;
    executed.set(0);
  }

  /** The number of statements since {@link #fail}. */
  int executed() {
    return executed.get();
  }

  @Configuration(proxyBeanMethods = false)
  static class Wiring {
    @Bean
    static FailingDatabase failingDatabase() {
      return new FailingDatabase();
    }

    @Bean
    static BeanPostProcessor failingStatements(FailingDatabase failures) {
      return new BeanPostProcessor() {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
          return bean instanceof DataSource database
              ? proxy(DataSource.class, new Source(failures, database))
              : bean;
        }
      };
    }
  }

  private void execute() throws SQLException {
    if (servesARequest() && executed.getAndIncrement() == failing) {
      throw new SQLException("injected", state);
    }
  }

  /** Background work has threads of its own; those of requests and health checks are these. */
  private static boolean servesARequest() {
    String thread = Thread.currentThread().getName();
    return thread.isEmpty() || thread.startsWith("tomcat-handler") || thread.startsWith("plan-");
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FailingDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private record Source(FailingDatabase failures, DataSource target) implements InvocationHandler {
    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
        throws Throwable {
      Object result = call(target, method, arguments);
      return result instanceof Connection connection && method.getName().equals("getConnection")
          ? proxy(Connection.class, new Session(failures, connection))
          : result;
    }
  }

  private static final class Session implements InvocationHandler {
    private final FailingDatabase failures;
    private final Connection target;
    private boolean aborted;

    Session(FailingDatabase failures, Connection target) {
      this.failures = failures;
      this.target = target;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
        throws Throwable {
      switch (method.getName()) {
        case "commit" -> execute();
        case "rollback" -> aborted = false;
        default -> {}
      }
      Object result = call(target, method, arguments);
      return result instanceof Statement statement
          ? proxy(statementType(method), new Call(this, statement))
          : result;
    }

    private static Class<? extends Statement> statementType(Method method) {
      return method.getReturnType().asSubclass(Statement.class);
    }

    void execute() throws SQLException {
      if (aborted) {
        throw new SQLException("current transaction is aborted", "25P02");
      }
      try {
        failures.execute();
      } catch (SQLException e) {
        aborted = !target.getAutoCommit();
        throw e;
      }
    }
  }

  private record Call(Session session, Statement target) implements InvocationHandler {
    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (method.getName().startsWith("execute")) {
        session.execute();
      }
      return call(target, method, arguments);
    }
  }
}
