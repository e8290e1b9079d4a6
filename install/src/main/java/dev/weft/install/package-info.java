/**
 * Puts Weft on a node and takes it off again, so that whoever looks at any moment finds an
 * installation that works: the old one or the new one.
 *
 * <p>What is put in place, in this order, and taken away in the reverse one:
 *
 * <pre>
 *   /opt/weft-versions/VERSION-DIGEST/   a distribution, whole; never changed
 *   /opt/weft                            a link to the one in use
 *   /opt/cni/bin/NAME                    the launcher, one file under the name of each plugin
 *   /opt/cni/bin/.NAME.before-weft       what stood there before, if it was another's
 *   /etc/systemd/system/weft-agent.*     on request
 *   /etc/cni/net.d/10-weft.conflist      last, for it makes the runtime call the others
 *   /var/lib/weft/install.sha256         what Weft wrote in /etc, to know it again
 * </pre>
 *
 * <p>Each {@link dev.weft.install.Part} is first prepared beside its place and synced, which is all
 * that needs space or can be refused; then renames put all parts in place. Drafts have names that
 * the next run knows, so that one that was killed leaves nothing for ever.
 */
@NullMarked
package dev.weft.install;

import org.jspecify.annotations.NullMarked;
