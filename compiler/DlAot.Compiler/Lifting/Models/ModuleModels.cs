using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary><c>nn.Module</c> itself and the containers.</summary>
internal static class ModuleModels
{
    public static void Register(ModelTable t)
    {
        t.Add(
            s =>
            {
                if (s.Find("name") is { } name && s.Arguments[0] is ObjectRef module)
                {
                    module.Instance.Facts["name"] = name;
                }

                return null;
            }, "Module..ctor", "HookableModule..ctor");
        t.Add(_ => null, "Module.ConditionallyRegisterParameter", "Module.ConditionallyRegisterBuffer");
        t["Module.RegisterComponents"] = s =>
        {
            s.Interpreter.RegisterFields(Receiver(s).Instance);
            return null;
        };
        t.Add(
            s =>
            {
                if (!s.Interpreter.IsConstructorPhase && Receiver(s).Access is { } access)
                {
                    throw s.Fail(Rules.SideEffect, $"{access} ({s.Method.Name})");
                }

                Receiver(s).Instance.Facts[Interpreter.ByName + ((s.Arguments[1] as Constant)?.Value as string ?? "?")] = s.Arguments[2];
                return null;
            }, "Module.register_module", "Module.add_module");
        t.Add(
            s =>
            {
                if (!s.Interpreter.IsConstructorPhase && Receiver(s).Access is { } access)
                {
                    throw s.Fail(Rules.SideEffect, $"{access} ({s.Method.Name})");
                }

                if (s.Method.Name == "register_parameter" && s.Argument("name") is Constant { Value: string name })
                {
                    Receiver(s).Instance.Facts["parameter:" + name] = s.Arguments[2];
                }

                return null;
            }, "Module.register_parameter", "Module.train", "Module.eval");
        t.Add(s => Moved(s, s.ScalarType("type")), "ModuleExtensionMethods.to", "ModuleExtensionMethods.cuda", "ModuleExtensionMethods.cpu");
        foreach ((string name, DType type) in new[] { ("float", DType.F32), ("double", DType.F64), ("half", DType.F16), ("bfloat16", DType.BF16) })
        {
            t[$"ModuleExtensionMethods.{name}"] = s => Moved(s, type);
        }

        t["Module.get_training"] = s => Training(s, (ObjectRef)s.Find("this")!);
        t["Module.GetName"] = s => Receiver(s) is { Access: { } access } module ? s.Interpreter.Read(module.Instance.Facts.GetValueOrDefault("name") is Constant name ? name with { Assumed = true } : new Unknown(s.ReturnType, "the module's name"), new Access.Property(access, Interpreter.OnType(s.Method, s.Declaring), s.ReturnType))
            : Receiver(s).Instance.Facts.GetValueOrDefault("name") ?? new Unknown(s.ReturnType, "the module's name");
        t.Add(s => s.Interpreter.CallModule(Receiver(s), withHooks: true, s.Arguments[1..]), "Module.call", "IModule.call");
        t.Add(s => s.Interpreter.CallModule(Receiver(s), withHooks: false, s.Arguments[1..]), "Module.forward");
        t["Module.children"] = s => Interpreter.Deferred(s.ReturnType, () => s.Interpreter.Children(Receiver(s)).Select(c => c.Child));
        t["Module.named_children"] = s => Interpreter.Deferred(s.ReturnType, () => s.Interpreter.Children(Receiver(s)).Select(c => BclModels.NewTuple(((GenericInstanceType)s.ReturnType).GenericArguments[0], [c.Name, c.Child])));
        t["Module.modules"] = s => Interpreter.Deferred(s.ReturnType, () => Below(s, Receiver(s)));
        t["Module.named_modules"] = s => Interpreter.Deferred(s.ReturnType, () => NamedBelow(s, Receiver(s)).Select(c => BclModels.NewTuple(((GenericInstanceType)s.ReturnType).GenericArguments[0], [new Constant(c.Name, Assumed: true), c.Child])));
        t.Add(s => Interpreter.Deferred(s.ReturnType, () => s.Interpreter.Walk(s, Receiver(s)).Select(p => p.Tensor)), "Module.parameters", "Module.buffers");
        t.Add(
            s => Interpreter.Deferred(s.ReturnType, () => s.Interpreter.Walk(s, Receiver(s)).Select(p => BclModels.NewTuple(((GenericInstanceType)s.ReturnType).GenericArguments[0], [p.Name, p.Tensor]))),
            "Module.named_parameters", "Module.named_buffers");
        t["Module.register_buffer"] = s =>
        {
            if (Receiver(s).Access is { } access)
            {
                throw s.Fail(Rules.SideEffect, $"{access} ({s.Method.Name})");
            }

            if (s.Argument("name") is Constant { Value: string name } && Receiver(s) is { } module)
            {
                module.Instance.Facts["buffer:" + name] = s.Argument("tensor", "buffer");
            }

            return null;
        };
        t["Module.get_buffer"] = s => Named(s, "buffer:");
        t["Module.get_parameter"] = s => Named(s, "parameter:");

        t.Add(s => DictionaryModels.Of(s, s.ReturnType), "nn.ModuleDict", "nn.ParameterDict");
        t["nn.Sequential"] = s => Container(s, s.ReturnType);
        t["Sequential.forward"] = s => Children(s, Receiver(s)).Aggregate(s.Arguments[1], (x, child) => s.Interpreter.CallModule(Module(s, child), withHooks: true, [x])!);
        t["Sequential.append"] = s =>
        {
            List<AbstractValue> items = Own(s);
            Instance made = Receiver(s).Instance;
            if (s.Arguments.Length > 2)
            {
                made.Keys ??= [.. items.Select((_, i) => Numbered(i))];
            }

            made.Keys?.Add(s.Arguments.Length > 2 ? s.Arguments[1] : Numbered(items.Count));
            items.Add(s.Arguments[^1]);
            return s.Arguments[0];
        };
        t.Add(s => Container(s, s.Method.HasThis ? s.Declaring : s.ReturnType), "ParameterList..ctor", "nn.ParameterList");
        t["nn.ModuleList"] = s => Container(s, s.ReturnType);
        t["ModuleList..ctor"] = s => Container(s, s.Declaring);
        foreach (string list in new[] { "ModuleList", "ParameterList" })
        {
            t.Add(s => Changed(s, items => items.AddRange(s.Items(s.Arguments[1], "modules"))), $"{list}.append", $"{list}.extend");
            t[$"{list}.Add"] = s => Changed(s, items => items.Add(s.Arguments[1]));
            t[$"{list}.Insert"] = s => Changed(s, items => items.Insert((int)s.Int("index"), s.Arguments[2]));
            t[$"{list}.set_Item"] = s => Changed(s, items => items[(int)s.Int("index")] = s.Arguments[2]);
            t[$"{list}.RemoveAt"] = s => Changed(s, items => items.RemoveAt((int)s.Int("index")));
            t[$"{list}.Clear"] = s => Changed(s, items => items.Clear());
        }

        t.Add(s => Children(s, Receiver(s), s.Arguments[1]), "ModuleList.get_Item", "ParameterList.get_Item", "Sequential.get_SequentialItems", "Sequential.get_Item");
        t.Add(s => Counted(s), "ModuleList.get_Count", "ParameterList.get_Count", "Sequential.get_Count");
        t["ParameterList.GetEnumerator"] = s => CollectionModels.Enumerator(s, [.. Children(s, Receiver(s))]);
        t["ModuleList.GetEnumerator"] = s => CollectionModels.Enumerator(s, [.. Children(s, Receiver(s))]);
    }

    // The modules or parameters of a container that is being made.
    private static List<AbstractValue> Own(CallSite s) =>
        Receiver(s) is { Access: null, Instance.Items: { } items } ? items : throw s.Fail(Rules.SideEffect, Interpreter.Describe(s.Method));

    private static Constant Numbered(int i) => new(i.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static AbstractValue? Changed(CallSite s, Action<List<AbstractValue>> change)
    {
        change(Own(s));
        return null;
    }

    // The same module, with its parameters elsewhere, or of another dtype.
    private static ObjectRef Moved(CallSite s, DType? type)
    {
        ObjectRef module = Receiver(s);
        if (!s.Interpreter.IsConstructorPhase && module.Access is { } access)
        {
            throw s.Fail(Rules.SideEffect, $"{access} ({s.Method.Name})");
        }

        if (type is { } dtype)
        {
            Retype(s, module.Instance, TorchTypes.Code(dtype), []);
        }

        return module;
    }

    private static void Retype(CallSite s, Instance module, long type, HashSet<Instance> seen)
    {
        if (!seen.Add(module))
        {
            return;
        }

        if (World.IsTorchSharp(module.Type))
        {
            module.Facts["dtype"] = AbstractValue.Of(type);
        }

        foreach (ObjectRef part in module.Fields.Values.Concat(module.Items ?? []).OfType<ObjectRef>().Where(p => s.World.IsModule(p.Instance.Type)))
        {
            Retype(s, part.Instance, type, seen);
        }
    }

    // All children first, then what is below each.
    private static IEnumerable<AbstractValue> Below(CallSite s, ObjectRef module)
    {
        AbstractValue[] children = [.. s.Interpreter.Children(module).Select(c => c.Child)];
        return children.Concat(children.SelectMany(c => Below(s, Module(s, c))));
    }

    private static IEnumerable<(string Name, AbstractValue Child)> NamedBelow(CallSite s, ObjectRef module)
    {
        (string Name, AbstractValue Child)[] children = [.. s.Interpreter.Children(module).Select(c => ((string)((Constant)c.Name).Value!, c.Child))];
        return children.Concat(children.SelectMany(c => NamedBelow(s, Module(s, c.Child)).Select(d => ($"{c.Name}.{d.Name}", d.Child))));
    }

    public static ObjectRef Receiver(CallSite s) => Module(s, s.Find("this") ?? s.Arguments[0]);

    public static ObjectRef Module(CallSite s, AbstractValue v) => v switch
    {
        ObjectRef o => o,
        Constant { IsNull: true } => throw s.Fail(Rules.AlwaysThrows, "NullReferenceException"),
        var other => throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), Interpreter.Name(other)),
    };

    /// <summary>The training flag: compiled code is for inference, so it is taken to be off where <c>eval()</c> reaches the module, and checked.</summary>
    public static AbstractValue Training(CallSite s, ObjectRef module)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            return AbstractValue.Of(true); // new modules start in training mode
        }

        Access access = module.Access ?? throw s.Unsupported("a module made in the method");
        bool isTraining = s.Interpreter.PredictTraining(module.Instance);
        s.Interpreter.AddGuard(new Guard.Training(access, isTraining, s.Interpreter.Location));
        return AbstractValue.Of(isTraining);
    }

    private static ObjectRef Container(CallSite s, TypeReference type)
    {
        AbstractValue[] arguments = s.Method.HasThis && s.Arguments.Length > s.Method.Parameters.Count ? s.Arguments[1..] : s.Arguments;
        IEnumerable<AbstractValue> items = arguments is [ObjectRef { Instance.Items: { } list }] ? list : arguments;
        if (arguments is [Unknown])
        {
            return new ObjectRef(new Instance(type) { IsOpaque = true });
        }

        if (arguments is [ObjectRef { Instance: { Items: null } query }] && !s.World.IsModule(query.Type) && ModelTable.ShortName(query.Type) is not ("ValueTuple" or "Tuple"))
        {
            items = [.. s.Interpreter.Enumerate(arguments[0], "modules")];
        }

        // (name, module) pairs keep the module, and the name for those who ask for children by name.
        AbstractValue[] given = [.. items];
        ObjectRef made = Interpreter.NewList(type, given.Select(i => Paired(i, 2) ?? i));
        if (given.Any(i => Paired(i, 1) is not null))
        {
            made.Instance.Keys = [.. given.Select((item, i) => Paired(item, 1) ?? Numbered(i))];
        }

        return made;
    }

    private static AbstractValue? Paired(AbstractValue value, int at) =>
        value is ObjectRef { Instance: var pair } && ModelTable.ShortName(pair.Type) is "ValueTuple" or "Tuple" ? pair.Fields.GetValueOrDefault($"{pair.Type.GetElementType().FullName}::Item{at}") : null;

    private static IEnumerable<AbstractValue> Children(CallSite s, ObjectRef container)
    {
        int count = container.Instance.Items?.Count ?? throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), $"the content of {Interpreter.Name(container)}");
        Counted(s, container);
        for (int i = 0; i < count; i++)
        {
            yield return Children(s, container, AbstractValue.Of((long)i));
        }
    }

    private static AbstractValue Children(CallSite s, ObjectRef container, AbstractValue index)
    {
        foreach (TypeReference type in s.World.Hierarchy(container.Instance.Type))
        {
            if (s.World.Resolve(type)?.Methods.FirstOrDefault(m => m.Name is "get_Item" or "get_SequentialItems" && m.Parameters is [{ ParameterType.MetadataType: MetadataType.Int32 }]) is { } getter)
            {
                return s.Interpreter.LoadElement(container, index, Interpreter.OnType(getter, type));
            }
        }

        throw s.Unsupported("this container");
    }

    private static AbstractValue Counted(CallSite s, ObjectRef? container = null)
    {
        container ??= Receiver(s);
        return s.Interpreter.CountOf(container, container.Instance.Items?.Count ?? throw s.Fail(Rules.UnknownBranch, $"the number of elements of {Interpreter.Name(container)}"), null);
    }

    private static AbstractValue Named(CallSite s, string kind) =>
        s.Arguments[1] is Constant { Value: string name } && Receiver(s) is { } module
            ? s.Interpreter.ReadNamed(module, s.Method, name, module.Instance.Facts.GetValueOrDefault(kind + name) ?? new Unknown(s.ReturnType, $"'{name}'"))
            : throw s.Unsupported("an unknown name");
}
