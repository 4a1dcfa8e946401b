/**
 * Parts that all REST resources share: bodies, query parameters, page links and times on the wire,
 * error responses, and the description of the API (OpenAPI). No other package maps failures to
 * status codes.
 */
@NullMarked
package doni.api.web;

import org.jspecify.annotations.NullMarked;
