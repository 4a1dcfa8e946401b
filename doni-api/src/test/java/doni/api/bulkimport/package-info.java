/** Tests of the import resources. */
@NullMarked
package doni.api.bulkimport;

import org.jspecify.annotations.NullMarked;
