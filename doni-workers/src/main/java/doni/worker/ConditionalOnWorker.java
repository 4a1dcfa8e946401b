package doni.worker;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Wires what it stands on only at a site where that worker is enabled. */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(WorkerEnabled.class)
public @interface ConditionalOnWorker {

  /** The worker's type, as {@code doni.workers.enabled} lists it. */
  String value();
}
