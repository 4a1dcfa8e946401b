package doni.leftover;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/** Reads rows of {@code leftover}; {@link LeftoverStore} writes them. */
interface LeftoverRepository extends Repository<LeftoverEntity, Long> {

  Optional<LeftoverEntity> findById(long id);

  boolean existsById(long id);

  List<LeftoverEntity> findByIdGreaterThanOrderById(long id, Limit limit);

  long count();
}
