using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Lifetimes: dispose scopes, Dispose, and the gradient modes.</summary>
internal static class ScopeModels
{
    public static void Register(ModelTable t)
    {
        t["torch.NewDisposeScope"] = s =>
        {
            var scope = new DisposeScope(s.Interpreter.Scope);
            s.Interpreter.Scope = scope;
            return BclModels.NewFacts(s.ReturnType, ("scope", new ScopeRef(scope)));
        };
        t.Add(Dispose, "DisposeScope.Dispose", "IDisposable.Dispose", "Tensor.Dispose", "AutoGradMode.Dispose");
        t.Add(s => Move(s, s.TensorObject("this", "x"), outer: true), "Tensor.MoveToOuterDisposeScope", "TensorExtensionMethods.MoveToOuterDisposeScope");
        t.Add(s => Move(s, s.TensorObject("this"), outer: false), "Tensor.DetachFromDisposeScope");
        t["DisposeScope.MoveToOuter"] = s => s.Find("disposable") is TensorRef tensor ? Move(s, tensor.Object, outer: true) : throw s.Unsupported("several objects");

        // Gradients: the stub hands over to the original when one is needed, so these change nothing in compiled code.
        t["torch.no_grad"] = s =>
        {
            ObjectRef mode = BclModels.NewFacts(s.ReturnType, ("mode", AbstractValue.Null));
            s.Interpreter.GradientModes.Add(mode.Instance);
            return mode;
        };
        t["torch.inference_mode"] = s => throw s.Unsupported("results that are inference tensors");
    }

    private sealed record ScopeRef(DisposeScope Scope) : AbstractValue;

    private static AbstractValue? Dispose(CallSite s)
    {
        switch (s.Find("this"))
        {
            case TensorRef { Object: { Access: null } made }:
                made.IsDisposed = true;
                break;
            case TensorRef { Object: { Access: { } access } outside }:
                outside.IsDisposed = true;
                s.Interpreter.CallLater(s.Method, access);
                break;
            case ObjectRef { Instance.Facts: var facts } when facts.TryGetValue("scope", out AbstractValue? held) && held is ScopeRef { Scope: var scope }:
                if (scope.IsDisposed)
                {
                    break;
                }

                if (s.Interpreter.Scope != scope)
                {
                    throw s.Unsupported("scopes disposed in another order");
                }

                scope.IsDisposed = true;
                foreach (TensorObject tensor in scope.Tensors)
                {
                    tensor.IsDisposed = true;
                }

                s.Interpreter.Scope = scope.Outer;
                break;
            case ObjectRef { Instance.Cursor: not null }: // an enumerator
                break;
            case ObjectRef { Instance: { Facts: var facts } mode } when facts.ContainsKey("mode"): // a gradient mode
                s.Interpreter.GradientModes.Remove(mode);
                break;
            case Constant { IsNull: true }:
                throw s.Fail(Rules.AlwaysThrows, "NullReferenceException");
            case ObjectRef user when s.Interpreter.IsUsers(user.Instance.Type):
                return s.Interpreter.Dispatch(s, user);
            default:
                throw s.Unsupported("an unknown object");
        }

        return null;
    }

    private static TensorRef Move(CallSite s, TensorObject tensor, bool outer)
    {
        if (tensor.Access is { } access)
        {
            s.Interpreter.CallLater(s.Method, access);
            return new TensorRef(tensor);
        }

        if (tensor.Scope is null)
        {
            // Beyond the method's own scopes: done to the result.
            tensor.Moves += outer && !tensor.IsDetached ? 1 : 0;
        }
        else
        {
            tensor.Scope.Tensors.Remove(tensor);
            tensor.Scope = outer ? tensor.Scope.Outer : null;
            tensor.Scope?.Tensors.Add(tensor);
        }

        tensor.IsDetached |= !outer;
        return new TensorRef(tensor);
    }
}
