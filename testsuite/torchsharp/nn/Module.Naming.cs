using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters with their dotted names, each tensor once.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<IntPtr>();
                foreach (var (name, parameter) in _internal_params)
                {
                    if (!parameter.IsInvalid && seen.Add(parameter.Handle))
                        yield return (name, parameter);
                }

                if (!recurse)
                    yield break;

                foreach (var (childName, child) in _internal_submodules)
                {
                    foreach (var (name, parameter) in child.named_parameters(true))
                    {
                        if (seen.Add(parameter.Handle))
                            yield return ($"{childName}.{name}", parameter);
                    }
                }
            }

            /// <summary>
            /// Persistent buffers with their dotted names, each tensor once. As in the original,
            /// <paramref name="include_nonpersistent"/> has no effect: the others are never listed.
            /// </summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<IntPtr>();
                foreach (var (name, (buffer, persistent)) in _internal_buffers)
                {
                    if (persistent && !buffer.IsInvalid && seen.Add(buffer.Handle))
                        yield return (name, buffer);
                }

                if (!recurse)
                    yield break;

                foreach (var (childName, child) in _internal_submodules)
                {
                    foreach (var (name, buffer) in child.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer.Handle))
                            yield return ($"{childName}.{name}", buffer);
                    }
                }
            }

            /// <summary>The immediate children.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            /// <summary>The whole tree below this module, which is not in it: children first, then their descendants.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules() => Descendants(named_children());

            public virtual IEnumerable<Parameter> parameters(bool recurse = true)
                => named_parameters(recurse).Select(entry => entry.parameter);

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(entry => entry.buffer);

            public virtual IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            public virtual IEnumerable<Module> children() => named_children().Select(entry => entry.module);

            public virtual bool has_parameter(string target)
                => _internal_params.ContainsKey(target) || InChild(target, (child, rest) => child.has_parameter(rest));

            public virtual bool has_buffer(string target)
                => _internal_buffers.ContainsKey(target) || InChild(target, (child, rest) => child.has_buffer(rest));

            public virtual Parameter? get_parameter(string target)
                => _internal_params.TryGetValue(target, out var parameter) ? parameter
                    : InChild(target, (child, rest) => child.get_parameter(rest));

            public virtual Tensor? get_buffer(string target)
                => _internal_buffers.TryGetValue(target, out var buffer) ? buffer.Item1
                    : InChild(target, (child, rest) => child.get_buffer(rest));

            private protected static IEnumerable<(string name, Module module)> Descendants(IEnumerable<(string name, Module module)> children)
            {
                foreach (var child in children)
                    yield return child;

                foreach (var (childName, child) in children)
                {
                    foreach (var (name, module) in child.named_modules())
                        yield return ($"{childName}.{name}", module);
                }
            }

            private TFound? InChild<TFound>(string target, Func<Module, string, TFound?> find)
            {
                var dot = target.IndexOf('.');
                if (dot < 0)
                    return default;
                var head = target[..dot];
                foreach (var (name, child) in named_children())
                {
                    if (name == head)
                        return find(child, target[(dot + 1)..]);
                }
                return default;
            }
        }
    }
}
