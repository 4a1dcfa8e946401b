/** Tests of imports. */
@NullMarked
package doni.bulkimport;

import org.jspecify.annotations.NullMarked;
