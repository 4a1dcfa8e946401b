@NullMarked
package doni.task;

import org.jspecify.annotations.NullMarked;
