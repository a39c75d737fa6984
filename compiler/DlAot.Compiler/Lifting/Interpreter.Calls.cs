using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using CallSite = DlAot.Compiler.Lifting.Models.CallSite;

namespace DlAot.Compiler.Lifting;

/// <summary>Calls: library models first, then modules, delegates, and user methods interpreted inline.</summary>
public sealed partial class Interpreter
{
    private ModelTable models = ModelTable.Default;
    private FixedFields? fixedFields;

    /// <summary>Proofs that fields never change; without them every read is checked.</summary>
    public FixedFields? FixedFields
    {
        init => fixedFields = value;
    }

    private void NewObject(Frame f, MethodReference constructor)
    {
        TypeReference type = f.Fill(constructor.DeclaringType);
        AbstractValue[] arguments = f.Pop(constructor.Parameters.Count);
        Shared.Constructing?.Invoke(f, constructor, arguments);
        f.Push(Construct(type, constructor, arguments, f));
    }

    /// <summary>The object that a constructor makes.</summary>
    public AbstractValue Construct(TypeReference type, MethodReference constructor, AbstractValue[] arguments, Frame? f = null)
    {
        if (World.IsDelegate(type) && arguments is [var target, FunctionPointer pointer])
        {
            return new DelegateRef(type, FilledMethod(pointer.Method, f), target is Constant { IsNull: true } ? null : target);
        }

        var site = new CallSite(this, constructor, type, null, arguments);
        if (models.TryFind(site) is { } model)
        {
            return Guarded(site, () => model(site)) ?? throw Fail(Rules.UnknownCall, $"new {type.Name}");
        }

        if (World.IsTorchSharp(type) || World.Resolve(constructor) is not { HasBody: true } body || !IsOurs(type))
        {
            return IsConstructorPhase ? new ObjectRef(new Instance(type) { IsOpaque = true }) : IsException(type) ? new ObjectRef(new Instance(type)) : throw Fail(Rules.UnknownCall, $"new {type.Name}");
        }

        made += World.IsModule(type) ? 1 : 0;
        bool isStruct = World.Resolve(type) is { IsValueType: true };
        var instance = new Instance(type) { IsStruct = isStruct };
        var self = new ObjectRef(instance);
        Invoke(body, type, null, [self, .. arguments]);
        return self;
    }

    private bool IsException(TypeReference type) => World.Hierarchy(type).Any(t => t.FullName == "System.Exception");

    // Code whose IL is followed: that of the assembly being compiled, and of users' assemblies that it refers to, to whose builds the
    // version is tied. What an application does to construct our objects is looked at, but never becomes part of them.
    private bool IsOurs(TypeReference type) => World.IsUsers(World.Resolve(type)?.Module);

    internal bool IsUsers(TypeReference type) => IsOurs(type);

    /// <summary>A call through an interface of the library on an object of the user's.</summary>
    internal AbstractValue? Dispatch(CallSite site, ObjectRef receiver) => CallVirtual(site, receiver, site.Method, site.MethodArguments, site.Arguments);

    private static MethodReference FilledMethod(MethodReference method, Frame? f)
    {
        if (f is null)
        {
            return method;
        }

        TypeReference declaring = f.Fill(method.DeclaringType);
        return declaring.FullName == method.DeclaringType.FullName ? method : OnType(method, declaring);
    }

    private AbstractValue VirtualFunction(AbstractValue target, MethodReference method) =>
        target is ObjectRef o && World.FindOverride(o.Instance.Type, method) is var (found, declaring)
            ? new FunctionPointer(declaring is GenericInstanceType ? OnType(found, declaring) : found)
            : new FunctionPointer(method);

    private void Call(Frame f, MethodReference method, bool isVirtual, TypeReference? constraint)
    {
        int count = method.Parameters.Count + (method.HasThis ? 1 : 0);
        AbstractValue[] arguments = f.Pop(count);
        if (constraint is not null && !method.HasThis && World.FindOverride(constraint, method) is var (implementation, type) && IsOurs(type))
        {
            (method, isVirtual) = (type is GenericInstanceType ? OnType(implementation, type) : implementation, false); // a static member of an interface
        }
        else if (constraint is not null && method.HasThis && arguments[0] is Pointer boxed && boxed.Load() is var content && content is not ObjectRef { Instance.IsStruct: true })
        {
            arguments[0] = content is Constant { Value: long } && World.Resolve(constraint) is { IsEnum: true } ? new Boxed(content, constraint) : content;
        }

        AbstractValue? result = Call(method, f.Fill(method.DeclaringType), Generics.Arguments(method, f.Declaring, f.MethodArguments), arguments, isVirtual);
        if (!method.IsVoid())
        {
            f.Push(result ?? throw Fail(Rules.UnknownCall, Describe(method)));
        }
    }

    /// <summary>Runs a call abstractly; null for a void one.</summary>
    public AbstractValue? Call(MethodReference method, TypeReference declaring, IReadOnlyList<TypeReference>? methodArguments, AbstractValue[] arguments, bool isVirtual)
    {
        Shared.Budget.ChargeCall();
        if (DoubtsTexts && (declaring.MetadataType == MetadataType.String || method.Name == "ComputeStringHash"))
        {
            arguments = [.. arguments.Select(Doubted)];
        }

        var site = new CallSite(this, method, declaring, methodArguments, arguments);
        if (IsOwnImplementation(method, declaring, arguments) is var (own, ownType))
        {
            return Guarded(site, () => Invoke(own, ownType, methodArguments, arguments));
        }

        if (!IsConstructorPhase && World.IsProgram(declaring))
        {
            throw Fail(Rules.AlreadyGraph, Describe(method));
        }

        if (models.TryFind(site) is { } model)
        {
            site.RequireReadable();
            return Guarded(site, () => model(site));
        }

        if (method.HasThis)
        {
            switch (arguments[0] is Pointer p && p.Load() is ObjectRef { Instance.IsStruct: true } s ? s : arguments[0])
            {
                case DynamicModels.Operation operation when method.Name == "Invoke":
                    return Guarded(site, () => DynamicModels.Run(site, operation));
                case DelegateRef d when method.Name == "Invoke":
                    return InvokeDelegate(d, arguments[1..]);
                case Constant { IsNull: true }:
                    throw Fail(Rules.AlwaysThrows, "NullReferenceException");
                case ObjectRef o when isVirtual || World.Resolve(declaring) is { IsInterface: true }:
                    return CallVirtual(site, o, method, methodArguments, arguments);
                case Unknown u when !IsConstructorPhase:
                    throw Fail(Rules.UndeterminableTarget, Describe(method), Name(u));
            }
        }

        if (IsOurs(declaring) && World.Resolve(method) is { HasBody: true } body)
        {
            return Guarded(site, () => Invoke(body, declaring, methodArguments, arguments));
        }

        return Unmodelled(site);
    }

    // An interface or virtual method of the base library on an object of the user's: an iterator, a collection class, a record.
    private (MethodDefinition Method, TypeReference Declaring)? IsOwnImplementation(MethodReference method, TypeReference declaring, AbstractValue[] arguments) =>
        method.HasThis && BclModels.Unwrapped(arguments[0]) is ObjectRef { Instance: { Items: null, Sequence: null, Cursor: null } made } && IsOurs(made.Type) && !World.IsTorchSharp(declaring) && !IsOurs(declaring)
            && World.Resolve(declaring) is { } slot && (slot.IsInterface || slot.FullName is "System.Object" or "System.ValueType")
            && World.FindOverride(made.Type, method) is var (found, type) && IsOurs(type) && found.HasBody ? (found, type) : null;

    private AbstractValue? CallVirtual(CallSite site, ObjectRef receiver, MethodReference method, IReadOnlyList<TypeReference>? methodArguments, AbstractValue[] arguments)
    {
        if (models.TryFind(site with { Declaring = receiver.Instance.Type }) is { } model)
        {
            return Guarded(site, () => model(site));
        }

        if (World.FindOverride(receiver.Instance.Type, method) is not var (target, declaring))
        {
            // The interface's own body.
            return World.Resolve(method) is { HasBody: true, DeclaringType.IsInterface: true } own && IsOurs(site.Declaring)
                ? Guarded(site, () => Invoke(own, site.Declaring, methodArguments, [Exact(receiver), .. arguments[1..]]))
                : Unmodelled(site);
        }

        if (declaring.FullName != site.Declaring.FullName && models.TryFind(site with { Declaring = declaring }) is { } inherited)
        {
            return Guarded(site, () => inherited(site));
        }

        if (!target.HasBody || !IsOurs(declaring))
        {
            return Unmodelled(site);
        }

        RequireReceiver(receiver, target);
        if (IsAssumedObject(receiver) && target is { IsVirtual: true, IsFinal: false })
        {
            Doubt();
        }

        return Guarded(site, () => Invoke(target, declaring, methodArguments, arguments));
    }

    // "this" of the lifted method may be a subclass with another override.
    private void RequireReceiver(ObjectRef receiver, MethodDefinition target)
    {
        if (target is { IsVirtual: true, IsFinal: false })
        {
            Exact(receiver);
        }
    }

    /// <summary>Calls the method that a delegate points to.</summary>
    public AbstractValue? InvokeDelegate(DelegateRef d, AbstractValue[] arguments)
    {
        MethodDefinition? target = World.Resolve(d.Method);
        if (target is null)
        {
            throw Fail(Rules.UndeterminableTarget, d.Method.Name, "its assembly was not found");
        }

        // A static method bound to a first argument is an extension method used as a delegate.
        AbstractValue[] all = d.Target is null && target.IsStatic ? arguments
            : [Received(d), .. arguments];
        return Call(d.Method, d.Method.DeclaringType, d.Method is GenericInstanceMethod g ? [.. g.GenericArguments] : null, all, isVirtual: false);
    }

    // The target object of a delegate that was read from outside must itself be reachable to be read; closures are not.
    private AbstractValue Received(DelegateRef d) => d switch
    {
        { Target: ObjectRef { Instance.Type.Name: var name } target, Access: not null } when name.StartsWith("<>c", StringComparison.Ordinal) && target.Instance.Fields.Count == 0 => target,
        { Target: ObjectRef target, Access: null } => target,
        { Target: ObjectRef target, Access: { } access } => Captured(target, access),
        { Target: TensorRef or Constant, Access: null } => d.Target,
        _ => throw Fail(Rules.UndeterminableTarget, d.Method.Name, "the delegate captures values"),
    };

    // The closure or receiver of a delegate from outside, read through the delegate.
    private ObjectRef Captured(ObjectRef target, Access access)
    {
        TypeReference type = World.Hierarchy(access.Type).First(t => t.FullName == "System.Delegate");
        MethodDefinition getter = World.Resolve(type)!.Methods.First(m => m.Name == "get_Target");
        var place = new Access.Property(access, OnType(getter, type), getter.ReturnType);
        AddGuard(new Guard.ExactType(place, target.Instance.Type, Location));
        return new ObjectRef(target.Instance, Typed(place, target.Instance.Type));
    }

    /// <summary>Calls a module as <c>call</c> (with hooks) or <c>forward</c> does.</summary>
    public AbstractValue? CallModule(ObjectRef module, bool withHooks, AbstractValue[] arguments)
    {
        if (withHooks && module.Access is { } access)
        {
            AddGuard(new Guard.NoHooks(access, Location));
        }

        foreach (TypeReference type in World.Hierarchy(module.Instance.Type))
        {
            MethodDefinition? forward = World.Resolve(type)?.Methods.FirstOrDefault(m => m.Name == "forward" && m.Parameters.Count == arguments.Length && !m.IsAbstract);
            if (forward is null)
            {
                continue;
            }

            MethodReference reference = type is GenericInstanceType ? OnType(forward, type) : forward;
            var site = new CallSite(this, reference, type, null, [module, .. arguments]);
            if (models.TryFind(site) is { } model)
            {
                return Guarded(site, () => model(site));
            }

            if (!IsOurs(type))
            {
                return Unmodelled(site);
            }

            RequireReceiver(module, forward);
            return Guarded(site, () => Invoke(forward, type, null, [module, .. arguments]));
        }

        throw Fail(Rules.UndeterminableTarget, "forward", module.Instance.Type.Name);
    }

    private AbstractValue? Unmodelled(CallSite site, string? reason = null)
    {
        if (!IsConstructorPhase)
        {
            throw Fail(IsOutput(site.Declaring) ? Rules.InputOutput : Rules.UnknownCall, Describe(site.Method));
        }

        // What the call may have written is forgotten; what it returns is unknown.
        foreach (ObjectRef o in site.Arguments.OfType<ObjectRef>().Where(o => (!World.IsModule(o.Instance.Type) || (ReferenceEquals(o, site.Arguments[0]) && IsOwnMember(site))) && o.Instance.Items is not null && o.Instance.Type is not ArrayType))
        {
            o.Instance.Items = null;
        }

        // What fills a tensor in place returns it: init.uniform_(w).
        return site.Method.IsVoid() ? null
            : World.IsTorchSharp(site.Declaring) && site.Method.Name.EndsWith('_') && site.Arguments.FirstOrDefault() is TensorRef filled && World.IsTensor(site.ReturnType) ? filled
            : new Unknown(site.ReturnType, reason ?? $"the result of {Describe(site.Method)}");
    }

    // Containers of modules change by members of their own; what all modules have, and what takes modules as arguments, leaves them as they are.
    private static bool IsOwnMember(CallSite site) => site.Method.HasThis && ModelTable.ShortName(site.Declaring) is not "Module" and not "IModule" and not "HookableModule";

    private static bool IsOutput(TypeReference type) => Members.IsOutput(type.FullName);

    // While objects are made, a part that cannot be followed leaves an unknown instead of ending everything.
    private AbstractValue? Guarded(CallSite site, Func<AbstractValue?> run)
    {
        if (!IsConstructorPhase)
        {
            return Typed(run);
        }

        try
        {
            AbstractValue? result = Typed(run);
            made += !site.Method.HasThis && result is ObjectRef { Instance.Type: var type } && World.IsModule(type) ? 1 : 0;
            return site.Arguments.Any(IsAssumed) ? Assumed(result, site.Arguments) : result;
        }
        catch (LiftException e) when (site.Method.Name != ".ctor" && e.Rule != Rules.AlwaysThrows && e.Rule != Rules.UnboundedLoop)
        {
            if (IsOurs(site.Declaring))
            {
                Doubt(); // it may have done half of what it does
            }

            return Unmodelled(site, $"the result of {Describe(site.Method)}, which could not be followed: {e.Message}");
        }
    }

    // What follows from a guess is one: a number, and how many elements a list made of it has.
    private static AbstractValue? Assumed(AbstractValue? result, AbstractValue[] arguments)
    {
        if (result is ObjectRef { Access: null, Instance: { Items: not null, IsAssumed: false } made } && !arguments.Any(a => a is ObjectRef o && o.Instance == made))
        {
            made.IsAssumed = true;
            made.Items = [.. made.Items.Select(i => i is Constant c ? c with { Assumed = true } : i)];
        }

        if (result is ObjectRef { Access: null, Instance: { Sequence: not null } later })
        {
            later.IsAssumed = true;
        }

        return result is Constant { Assumed: false } constant ? constant with { Assumed = true } : result;
    }

    // The sizes of a tensor made in a constructor may follow from a guess, and do not show it.
    private static bool IsAssumed(AbstractValue v) => v switch
    {
        TensorRef => true,
        ObjectRef { Instance.IsAssumed: true } => true,
        Constant c => c.Assumed,
        Size or Unknown or Comparison or HostNumber => true,
        Pointer p => IsAssumed(p.Load()),
        Boxed b => IsAssumed(b.Content),
        ObjectRef { Instance.Items: { } items } => items.Any(i => i is Constant { Assumed: true } or Size or Unknown),
        _ => false,
    };

    private static readonly bool IsDebugging = Environment.GetEnvironmentVariable("DLAOT_DEBUG") is { Length: > 0 };

    private AbstractValue? Typed(Func<AbstractValue?> run)
    {
        try
        {
            return run();
        }
        catch (Ir.TypeRuleException e)
        {
            throw Fail(Rules.ShapeMismatch, e.Message);
        }
        catch (InvalidCastException) when (!IsDebugging)
        {
            throw Fail(Rules.UnsupportedInstruction, "call with a value of another kind"); // IL that nobody has verified
        }
        catch (OverflowException)
        {
            throw Fail(Rules.UnsupportedInstruction, "size arithmetic beyond 64 bits");
        }
        finally
        {
            if (frames.Count > 0)
            {
                Builder.Location = Location;
            }
        }
    }
}
