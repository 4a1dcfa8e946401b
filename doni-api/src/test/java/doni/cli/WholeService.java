package doni.cli;

import doni.DoniApplication;
import java.io.IOException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.filter.TypeFilter;

/** {@link DoniApplication} without the beans that this module's tests add to the same packages. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "doni")
@ComponentScan(
    basePackages = "doni",
    excludeFilters =
        @ComponentScan.Filter(type = FilterType.CUSTOM, classes = WholeService.NotServed.class))
public class WholeService {

  static final class NotServed implements TypeFilter {
    @Override
    public boolean match(MetadataReader reader, MetadataReaderFactory readers) throws IOException {
      return reader.getResource().getURL().getPath().contains("/test-classes/")
          || reader.getClassMetadata().getClassName().equals(DoniApplication.class.getName());
    }
  }
}
