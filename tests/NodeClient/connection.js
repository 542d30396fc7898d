import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import assert from 'node:assert/strict';

const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
const deadlineMilliseconds = 60_000;

// A signed-in connection with a client for each service.
export class Connection {
  calls = 0;
  #metadata = new grpc.Metadata();
  #clients = new Map();
  #address;
  #package;
  #status;
  #errorInfo;

  constructor(address, includeDirs) {
    this.#address = address;
    const services = ['activity', 'auth', 'customer', 'job', 'material', 'operations', 'service_account', 'sync', 'user'];
    const files = [...services.map(name => `khscrm/v1/${name}_service.proto`), 'google/rpc/status.proto', 'google/rpc/error_details.proto'];
    const root = grpc.loadPackageDefinition(loader.loadSync(files, { ...options, includeDirs }));
    this.#package = root.khscrm.v1;
    this.#status = root.google.rpc.Status;
    this.#errorInfo = root.google.rpc.ErrorInfo;
  }

  async signIn(email, password) {
    const { tokens, user } = await this.call('AuthService', 'Login', { email, password });
    this.useToken(tokens.access_token);
    this.user = user;
    this.refreshToken = tokens.refresh_token;
  }

  useToken(token) {
    this.#metadata.set('authorization', `Bearer ${token}`);
  }

  // Calls a unary RPC.
  call(service, method, request) {
    const deadline = Date.now() + deadlineMilliseconds;
    return new Promise((resolve, reject) => {
      this.#client(service)[method](request, this.#metadata, { deadline }, (error, response) => {
        if (error) {
          reject(Object.assign(error, { message: `${service}.${method}: ${error.message}` }));
          return;
        }
        this.calls++;
        console.log(`ok ${service}.${method}`);
        resolve(response);
      });
    });
  }

  // Calls a unary RPC that must fail with a documented reason.
  async expectError(code, reason, service, method, request) {
    const error = await this.call(service, method, request).then(() => assert.fail(`${service}.${method} succeeded`), error => error);
    assert.equal(grpc.status[error.code], code, error.message);
    assert.equal(this.reasonOf(error), reason);
    console.log(`ok ${service}.${method}: ${code} ${reason}`);
  }

  // The reason in the google.rpc.Status that comes with every error.
  reasonOf(error) {
    const [bytes] = error.metadata.get('grpc-status-details-bin');
    const status = this.#status.deserialize(bytes);
    const info = status.details.find(detail => detail.type_url.endsWith('/google.rpc.ErrorInfo'));
    return this.#errorInfo.deserialize(info.value).reason;
  }

  // Opens a streaming RPC.
  open(service, method, ...request) {
    return this.#client(service)[method](...request, this.#metadata, { deadline: Date.now() + deadlineMilliseconds });
  }

  close() {
    for (const client of this.#clients.values()) client.close();
  }

  #client(service) {
    if (!this.#clients.has(service)) {
      this.#clients.set(service, new this.#package[service](this.#address, grpc.credentials.createInsecure()));
    }
    return this.#clients.get(service);
  }
}
