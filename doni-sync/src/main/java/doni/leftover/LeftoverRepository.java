package doni.leftover;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/**
 * Reads rows of {@code leftover}; {@link LeftoverStore} writes them.
 *
 * <p>Rows are found by queries, which fail when the database does; {@code findById} calls {@code
 * EntityManager.find}, which returns null after some errors, as if there were no such row.
 */
interface LeftoverRepository extends Repository<LeftoverEntity, Long> {

  @Query("select l from LeftoverEntity l where l.id = :id")
  Optional<LeftoverEntity> find(long id);

  boolean existsById(long id);

  List<LeftoverEntity> findByIdGreaterThanOrderById(long id, Limit limit);

  long count();
}
