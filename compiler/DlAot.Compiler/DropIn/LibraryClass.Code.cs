using DlAot.Compiler.Lifting;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>The methods of the classes that a drop-in gets once.</summary>
internal sealed partial class LibraryClass
{
    // void FindRuntime(): a copy of DlAot.Runtime beside the drop-in is there also for an application whose list of files
    // (App.deps.json) was written before the drop-in was.
    private MethodDefinition MakeFindRuntime()
    {
        MethodDefinition find = Method("FindRuntime", Basic.Void);
        var il = new Il(find.Body);
        VariableDefinition path = il.Local(Basic.String);
        il.Attempt(core.Exception, () =>
        {
            il.TypeOf(library, core);
            il.CallVirtual(core.AssemblyOfType);
            il.CallVirtual(core.LocationOfAssembly);
            il.Store(path);
            il.Load(path);
            il.Int(0);
            il.Load(path);
            il.CallVirtual(core.TextLength);
            il.TypeOf(library, core);
            il.CallVirtual(core.ModuleOfType);
            il.CallVirtual(core.NameOfModule);
            il.CallVirtual(core.TextLength);
            il.Op(OpCodes.Sub);
            il.CallVirtual(core.PartOfText);
            il.Text(runtime.FileName);
            il.Call(core.JoinTexts);
            il.Call(core.LoadAssembly);
            il.Op(OpCodes.Pop);
        });
        il.Return();
        return find;
    }

    // Nothing that goes wrong here (a missing DlAot.Runtime, say) may reach the user: Open is a method of its own because what it
    // refers to is resolved when it is compiled.
    private void WriteLibraryConstructor(DropInOptions options)
    {
        MethodDefinition open = MakeOpen(options);
        MethodDefinition find = MakeFindRuntime();
        library.Methods.Add(find);
        library.Methods.Add(open);
        var il = new Il(StaticConstructor(library).Body);
        VariableDefinition opened = il.Local(new ArrayType(Basic.IntPtr));
        il.Call(find);
        il.Attempt(
            core.Exception,
            () =>
            {
                il.Call(open);
                il.Store(opened);
            },
            () =>
            {
                il.Null();
                il.Store(opened);
            });
        Instruction done = Il.Label();
        il.Load(opened);
        il.Jump(OpCodes.Brfalse, done);
        il.Bool(true);
        il.Field(OpCodes.Stsfld, enabled);
        foreach ((int number, FieldDefinition field) in regions)
        {
            il.Load(opened);
            il.Int(number);
            il.Op(OpCodes.Ldelem_I);
            il.Field(OpCodes.Stsfld, field);
        }

        foreach ((int i, FieldDefinition field) in ties.Values.Index())
        {
            il.Load(opened);
            il.Int(options.RegionCount + i);
            il.Op(OpCodes.Ldelem_I);
            il.Op(OpCodes.Conv_I4);
            il.Field(OpCodes.Stsfld, field);
        }

        il.Mark(done);
        il.Return();
    }

    // nint[] Open(): the entry points, and for each tie whether it holds; null when compiled code must not run.
    private MethodDefinition MakeOpen(DropInOptions options)
    {
        var entries = new ArrayType(Basic.IntPtr);
        MethodDefinition open = Method("Open", entries);
        open.NoInlining = true;
        var il = new Il(open.Body);
        VariableDefinition opened = il.Local(runtime.LibraryType), result = il.Local(entries), i = il.Local(Basic.Int32);
        foreach (TypeReference type in new[] { library, torch.Tensor })
        {
            il.TypeOf(type, core);
        }

        il.Text(options.LibraryName);
        il.Long(options.BuildId);
        il.Int(options.RegionCount);
        il.Text(torch.Version);
        il.Call(runtime.Load);
        il.Store(opened);
        Instruction enabledLabel = Il.Label(), next = Il.Label(), test = Il.Label();
        il.Load(opened);
        il.CallVirtual(runtime.Enabled);
        il.Jump(OpCodes.Brtrue, enabledLabel);
        il.Null();
        il.Return();
        il.Mark(enabledLabel);
        il.Int(options.RegionCount + ties.Count);
        il.Type(OpCodes.Newarr, Basic.IntPtr);
        il.Store(result);
        il.Int(0);
        il.Store(i);
        il.Jump(test);
        il.Mark(next);
        il.Load(result);
        il.Load(i);
        il.Load(opened);
        il.Load(i);
        il.CallVirtual(runtime.Region);
        il.Op(OpCodes.Stelem_I);
        il.Load(i);
        il.Int(1);
        il.Op(OpCodes.Add);
        il.Store(i);
        il.Mark(test);
        il.Load(i);
        il.Int(options.RegionCount);
        il.Jump(OpCodes.Blt, next);
        foreach ((int number, Tie tie) in ties.Keys.Index())
        {
            il.Load(result);
            il.Int(options.RegionCount + number);
            il.TypeOf(library, core);
            il.Text(tie.Assembly);
            il.Text(tie.Origin.ToString("D"));
            il.Call(runtime.IsBuiltWith);
            il.Op(OpCodes.Conv_I);
            il.Op(OpCodes.Stelem_I);
        }

        il.Load(result);
        il.Return();
        return open;
    }

    private void WriteConstants(TypeDefinition owner)
    {
        var il = new Il(StaticConstructor(owner).Body);
        foreach ((string values, FieldDefinition field) in arrays.Where(a => a.Value.DeclaringType == owner).OrderBy(a => a.Value.Name, StringComparer.Ordinal))
        {
            long[] numbers = values.Length == 0 ? [] : [.. values.Split(',').Select(v => long.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];
            il.NewArray(Basic.Int64, numbers.Length, i => il.Long(numbers[i]));
            il.Field(OpCodes.Stsfld, field);
        }

        foreach ((FieldDefinition field, MethodReference method) in targets.Values.Where(t => t.Field.DeclaringType == owner).OrderBy(t => t.Field.Name, StringComparer.Ordinal))
        {
            il.Token(method);
            il.Type(OpCodes.Ldtoken, method.DeclaringType);
            il.Call(core.MethodFromHandle);
            il.Field(OpCodes.Stsfld, field);
        }

        il.Return();
    }

    private MethodDefinition MakeHandleOf()
    {
        MethodDefinition method = Method("HandleOf", Basic.IntPtr, torch.Tensor);
        var il = new Il(method.Body);
        Instruction none = Il.Label();
        il.Op(OpCodes.Ldarg_0);
        il.Jump(OpCodes.Brfalse, none);
        il.Op(OpCodes.Ldarg_0);
        il.CallVirtual(torch.OfTensor("get_IsInvalid"));
        il.Jump(OpCodes.Brtrue, none);
        il.Op(OpCodes.Ldarg_0);
        il.CallVirtual(torch.OfTensor("get_Handle"));
        il.Return();
        il.Mark(none);
        il.Int(0);
        il.Op(OpCodes.Conv_I);
        il.Return();
        library.Methods.Add(method);
        return method;
    }

    // mod: ((a % b) + b) % b; floordiv: (a - mod(a, b)) / b
    private MethodDefinition MakeArithmetic(string name)
    {
        MethodDefinition method = Method(name, Basic.Int64, Basic.Int64, Basic.Int64);
        var il = new Il(method.Body);
        if (name == "Mod")
        {
            il.Op(OpCodes.Ldarg_0);
            il.Op(OpCodes.Ldarg_1);
            il.Op(OpCodes.Rem);
            il.Op(OpCodes.Ldarg_1);
            il.Op(OpCodes.Add);
            il.Op(OpCodes.Ldarg_1);
            il.Op(OpCodes.Rem);
        }
        else
        {
            il.Op(OpCodes.Ldarg_0);
            il.Op(OpCodes.Ldarg_0);
            il.Op(OpCodes.Ldarg_1);
            il.Call(Arithmetic("Mod"));
            il.Op(OpCodes.Sub);
            il.Op(OpCodes.Ldarg_1);
            il.Op(OpCodes.Div);
        }

        il.Return();
        library.Methods.Add(method);
        return method;
    }
}
