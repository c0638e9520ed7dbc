// A link that can be cut: everything between the browser and the instance goes through it.

import { createServer, connect } from "node:net";

/** Listens in front of an address. `cut` ends every connection and takes no new one, `mend` listens again at the same place. */
export async function link(address) {
  const { hostname, port } = new URL(address);
  const open = new Set();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.pipe(to);
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
      from.on("error", () => to.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  const mend = () => (isCut = false);
  return { address: `http://127.0.0.1:${server.address().port}`, cut, mend, close: () => (cut(), server.close()) };
}
