/**
 * Parts that all REST resources share: query parameters, page links, headers and times on the wire.
 */
@NullMarked
package doni.api.web;

import org.jspecify.annotations.NullMarked;
