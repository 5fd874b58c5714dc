import { toOperator } from '../../shared/contract/operatorView.ts';
import { handleMessages, post, ViewState } from '../shared/host.ts';
import { type OperatorHost, operatorViewState } from './operatorHost.ts';
import { OperatorView } from './operatorView.ts';

const host: OperatorHost = {
  send: post,
  handleMessages: (handlers) => handleMessages(toOperator, handlers),
  viewState: new ViewState(operatorViewState),
};
document.body.append(new OperatorView(host));
