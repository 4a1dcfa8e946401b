/** The published description of the API (OpenAPI). */
@NullMarked
package doni.api.docs;

import org.jspecify.annotations.NullMarked;
