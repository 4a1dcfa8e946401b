package doni.worker;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether {@code doni.workers.enabled} lists the worker of a {@link ConditionalOnWorker}. */
final class WorkerEnabled implements Condition {

  private static final List<String> BY_DEFAULT = List.of("k8s");

  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    Map<String, ?> annotation =
        Objects.requireNonNull(
            metadata.getAnnotationAttributes(ConditionalOnWorker.class.getName()));
    return Binder.get(context.getEnvironment())
        .bind("doni.workers.enabled", Bindable.listOf(String.class))
        .orElse(BY_DEFAULT)
        .contains(annotation.get("value"));
  }
}
