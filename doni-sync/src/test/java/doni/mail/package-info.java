@NullMarked
package doni.mail;

import org.jspecify.annotations.NullMarked;
