package doni.doctor;

import java.util.Optional;
import org.springframework.core.env.PropertyResolver;

/** Says in one line, without a secret, what somebody has to mend. */
@FunctionalInterface
public interface FailureText {

  /**
   * @return empty for what is a defect of ours
   */
  Optional<String> of(Throwable failure, PropertyResolver settings);
}
