package doni.cli;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;

/** The service without its web API and engine, for commands that use the database and end. */
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "doni")
@ComponentScan(
    basePackages = "doni",
    excludeFilters =
        @ComponentScan.Filter(
            type = FilterType.REGEX,
            pattern = {
              "doni\\.(api|bulkimport|cli|console|engine\\.lane|leftover|mail|policy|resync|webhook)\\..*",
              "doni\\.DoniApplication"
            }))
final class InventoryCommandApplication {}
