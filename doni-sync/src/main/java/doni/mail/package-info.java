/** Mails the contacts of devices about what they have to do something about. */
@NullMarked
package doni.mail;

import org.jspecify.annotations.NullMarked;
