/** Tests of how bodies are read. */
@NullMarked
package doni.api.body;

import org.jspecify.annotations.NullMarked;
