/** Worker tasks: one hardware in one lane, its recorded details and its state. */
@NullMarked
package doni.task;

import org.jspecify.annotations.NullMarked;
