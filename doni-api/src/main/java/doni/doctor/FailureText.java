package doni.doctor;

import java.util.Optional;
import org.springframework.core.env.PropertyResolver;

/** Describes a failure in one line, without secrets. */
@FunctionalInterface
public interface FailureText {

  /** Returns the line; empty if the failure is a bug in Doni. */
  Optional<String> of(Throwable failure, PropertyResolver settings);
}
