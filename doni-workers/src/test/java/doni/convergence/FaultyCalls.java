package doni.convergence;

import doni.backend.BackendException.Kind;
import doni.convergence.WorkerBench.Failure;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A backend client whose calls are counted, and one of which fails, for a {@link WorkerBench}.
 *
 * <p>In front of an in-memory client the failure is thrown. In front of an HTTP client it is added
 * to the simulated backend for the length of that call, so that the client itself has to notice it;
 * only a call that is not sent is thrown there, too.
 *
 * @param <C> the client's interface; its method {@code lanePause} does not count as a call
 */
public final class FaultyCalls<C> implements InvocationHandler {

  private final C target;
  private final C client;
  private final String service;
  private final Predicate<Method> writes;
  private final Optional<Faults> faults;
  private int callCount;
  private int writeCount;
  private @Nullable Planned call;
  private @Nullable Planned write;

  private record Planned(int skipped, Failure failure) {
    Planned next() {
      return new Planned(skipped - 1, failure);
    }
  }

  private FaultyCalls(
      Class<C> type, C target, String service, Predicate<Method> writes, Optional<Faults> faults) {
    this.target = target;
    this.service = service;
    this.writes = writes;
    this.faults = faults;
    this.client =
        type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this));
  }

  /**
   * @param service as the client's exceptions name it
   * @param writes the methods that write
   */
  public static <C> FaultyCalls<C> inMemory(
      Class<C> type, C target, String service, Predicate<Method> writes) {
    return new FaultyCalls<>(type, target, service, writes, Optional.empty());
  }

  /**
   * @param faults of the simulated backend
   */
  public static <C> FaultyCalls<C> overHttp(
      Class<C> type, C target, String service, Predicate<Method> writes, Faults faults) {
    return new FaultyCalls<>(type, target, service, writes, Optional.of(faults));
  }

  public C client() {
    return client;
  }

  public int calls() {
    return callCount;
  }

  /** Returns the number of writes that the backend has carried out. */
  public int writes() {
    return writeCount;
  }

  public void failCall(int skipped, Failure failure) {
    call = new Planned(skipped, failure);
  }

  public void failWrite(int skipped, Failure failure) {
    write = new Planned(skipped, failure);
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("lanePause") || method.getDeclaringClass() == Object.class) {
      return forward(method, arguments);
    }
    boolean isWrite = writes.test(method);
    callCount++;
    Failure failure = due(isWrite);
    if (failure == null) {
      Object answer = forward(method, arguments);
      writeCount += isWrite ? 1 : 0;
      return answer;
    }
    return failing(method, arguments, failure, isWrite);
  }

  private @Nullable Failure due(boolean isWrite) {
    Planned plannedCall = call;
    Planned plannedWrite = write;
    Failure due = null;
    if (plannedCall != null) {
      due = plannedCall.skipped() == 0 ? plannedCall.failure() : null;
      call = due == null ? plannedCall.next() : null;
    }
    if (plannedWrite != null && isWrite && due == null) {
      due = plannedWrite.skipped() == 0 ? plannedWrite.failure() : null;
      write = due == null ? plannedWrite.next() : null;
    }
    return due;
  }

  private @Nullable Object failing(
      Method method, Object @Nullable [] arguments, Failure failure, boolean isWrite)
      throws Throwable {
    writeCount += isWrite && failure.takesEffect() ? 1 : 0;
    if (faults.isPresent() && failure.kind() != Kind.NOT_SENT) {
      faults.get().add(fault(failure));
      try {
        return forward(method, arguments);
      } finally {
        faults.get().clear();
      }
    }
    if (failure.takesEffect()) {
      forward(method, arguments);
    }
    throw failure.exception(service, isWrite);
  }

  /** Twice, because a client repeats a read on a dead connection, and any call once after a 401. */
  private static Fault fault(Failure failure) {
    Fault fault = Fault.everywhere().times(2);
    Fault failing =
        switch (failure.kind()) {
          case STATUS -> {
            var after = failure.retryAfter();
            yield fault.answering(
                failure.status(),
                failure.isJson() ? "{\"error\": \"injected\"}" : "<html>proxy</html>",
                after == null ? Map.of() : Map.of("Retry-After", Long.toString(after.toSeconds())));
          }
          case TIMEOUT -> fault.hanging();
          case CONNECTION, NOT_SENT -> fault.dropping();
        };
    return failure.takesEffect() ? failing.afterTheWork() : failing;
  }

  private @Nullable Object forward(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      method.setAccessible(true);
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
