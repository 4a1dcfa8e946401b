/** What a worker is told about a device: values, without database, web or backend. */
@NullMarked
package doni.enrollment;

import org.jspecify.annotations.NullMarked;
