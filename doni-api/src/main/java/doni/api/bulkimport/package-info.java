/** REST resources for importing many devices in one request. */
@NullMarked
package doni.api.bulkimport;

import org.jspecify.annotations.NullMarked;
