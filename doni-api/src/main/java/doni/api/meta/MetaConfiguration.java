package doni.api.meta;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.UrlHandlerFilter;

/**
 * A path with and without trailing slash is the same path, and most of today's clients send one.
 * The slash is gone before security looks at the path, so that both see the same rules.
 */
@Configuration(proxyBeanMethods = false)
class TrailingSlash {

  @Bean
  FilterRegistrationBean<UrlHandlerFilter> trailingSlashFilter() {
    var filter =
        new FilterRegistrationBean<>(
            UrlHandlerFilter.trailingSlashHandler("/v1/**", "/healthcheck/").wrapRequest().build());
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return filter;
  }
}
