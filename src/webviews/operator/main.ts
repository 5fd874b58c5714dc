import { toOperator } from '../../shared/contract/operatorView.ts';
import { listen, post, ViewState } from '../shared/host.ts';
import { kept, type OperatorHost } from './operatorHost.ts';
import { OperatorView } from './operatorView.ts';

const host: OperatorHost = {
  send: post,
  listen: (handlers) => listen(toOperator, handlers),
  kept: new ViewState(kept),
};
document.body.append(new OperatorView(host));
