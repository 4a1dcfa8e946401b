@NullMarked
package doni.api.management;

import org.jspecify.annotations.NullMarked;
