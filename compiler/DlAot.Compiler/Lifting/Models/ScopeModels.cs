using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;

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
        t.Add(s => InScope(s, (scope, tensors) => tensors.ForEach(t => MoveTo(scope, t, scope.Outer))), "DisposeScope.MoveToOuter");
        t.Add(s => InScope(s, (scope, tensors) => tensors.ForEach(t => MoveTo(scope, t, null, isDetached: true))), "DisposeScope.Detach");
        t.Add(s => InScope(s, (scope, tensors) => DisposeAllBut(s, scope, tensors)), "DisposeScope.DisposeEverythingBut", "DisposeScope.DisposeEverything");
        t["DisposeScope.Attach"] = s => InScope(s, (scope, tensors) => tensors.ForEach(t => Attach(s, scope, t)));

        // Gradients: the stub hands over to the original when one is needed, so these change nothing in compiled code.
        t["torch.no_grad"] = WithoutGradients;
        t.Add(s => s.Arguments is [Constant { Value: 0L }] ? WithoutGradients(s) : throw s.Unsupported("gradients"), "torch.set_grad_enabled", "torch.enable_grad");
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
                s.Interpreter.GradientModes.RemoveAll(m => m.Mode == mode);
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

    private static ObjectRef WithoutGradients(CallSite s)
    {
        ObjectRef mode = BclModels.NewFacts(s.ReturnType, ("mode", AbstractValue.Null));
        s.Interpreter.GradientModes.Add((mode.Instance, s.Interpreter.Location));
        return mode;
    }

    // A method of a scope that takes one, two or three tensors, an array or a sequence of them, and returns what it was given.
    private static AbstractValue? InScope(CallSite s, Action<DisposeScope, List<TensorObject>> act)
    {
        if (s.Find("this") is not ObjectRef { Instance.Facts: var facts } || !facts.TryGetValue("scope", out AbstractValue? held) || held is not ScopeRef { Scope: var scope })
        {
            throw s.Unsupported("a scope from outside");
        }

        if (scope.IsDisposed)
        {
            throw s.Fail(Rules.AlwaysThrows, "ObjectDisposedException");
        }

        var tensors = new List<TensorObject>();
        foreach (AbstractValue v in s.Arguments[1..].SelectMany(a => a is TensorRef ? [a] : s.Items(a, "disposables")))
        {
            tensors.Add(v is TensorRef { Object: var t } ? t : throw s.Unsupported("an object that is no tensor"));
        }

        act(scope, tensors);
        return s.Method.IsVoid() ? null : s.Arguments.Length == 2 ? s.Arguments[1] : BclModels.NewTuple(s.ReturnType, s.Arguments[1..]);
    }

    // Tensors of other scopes stay where they are.
    private static void MoveTo(DisposeScope from, TensorObject tensor, DisposeScope? to, bool isDetached = false)
    {
        if (from.Tensors.Remove(tensor))
        {
            tensor.Scope = to;
            tensor.IsDetached |= isDetached;
            to?.Tensors.Add(tensor);
        }
    }

    private static void DisposeAllBut(CallSite s, DisposeScope scope, List<TensorObject> kept)
    {
        if (kept.Any(t => !scope.Tensors.Contains(t)))
        {
            throw s.Unsupported("a tensor of another scope");
        }

        foreach (TensorObject tensor in scope.Tensors.Except(kept).ToArray())
        {
            tensor.IsDisposed = true;
            scope.Tensors.Remove(tensor);
        }
    }

    private static void Attach(CallSite s, DisposeScope scope, TensorObject tensor)
    {
        if (tensor.Access is not null || tensor.Moves > 0)
        {
            throw s.Unsupported("a tensor from outside");
        }

        tensor.Scope?.Tensors.Remove(tensor);
        (tensor.Scope, tensor.IsDetached) = (scope, false);
        scope.Tensors.Add(tensor);
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
