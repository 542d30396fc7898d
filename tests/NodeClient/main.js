// Uses KhsCrm from outside .NET, with nothing but the protos: every service, then a stream.
// node main.js HOST:PORT PROTOS GOOGLE_PROTOS
import { Connection } from './connection.js';
import { callServices } from './services.js';
import { useStream } from './stream.js';

const [address, protos, googleProtos] = process.argv.slice(2);
const connection = new Connection(address, [protos, googleProtos]);
try {
  await connection.signIn('owner@khscrm.com', 'owner-demo-1');
  await callServices(connection);
  await useStream(connection);
  console.log(`${connection.calls} calls, all as expected`);
} finally {
  connection.close();
}
